from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scoring.ml import lightgbm
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, open_folder
from scoring.ml.training import pipeline
from scoring.ml.training.data import pooling
from scoring.ml.training.data.clients import Clients, TrainingError, gather
from scoring.ml.training.data.pooling import Step
from scoring.ml.training.fit import stages
from scoring.ml.training.fit.staged_boosting import HOLD_OUT, NOBODY, Ladder
from tests.scoring.applications import application_folder
from tests.scoring.training.conftest import SEED, quick, silent

OWN, ALL, TESTED = 1_100, 1_800, 60


def opened(path: Path) -> Folder:
    return check(open_folder(path)).folder


def some_of(source: Path, target: Path, *, clients: int, tested: int, loans: bool) -> Path:
    """The first clients of a folder, then some without an outcome; with loans at other lenders or not."""
    target.mkdir(parents=True)
    whole = pq.read_table(source / "application_train.parquet")
    pq.write_table(whole.slice(0, clients), target / "application_train.parquet")
    rest = whole.slice(clients, tested).drop_columns(["TARGET"])
    pq.write_table(rest, target / "application_test.parquet")
    if loans:
        pq.write_table(loans_of(whole.slice(0, clients + tested)), target / "bureau.parquet")
    return target


def loans_of(applications: pa.Table) -> pa.Table:
    """A loan for two clients in three; defaulters owe more."""
    rng = np.random.default_rng(6)
    has = np.arange(len(applications)) % 3 > 0
    owed = rng.lognormal(10, 1, has.sum()) * (1 + applications["TARGET"].to_numpy()[has])
    return pa.table(
        {
            "SK_ID_CURR": applications["SK_ID_CURR"].to_numpy()[has],
            "SK_ID_BUREAU": np.arange(has.sum()) + 5_000_000,
            "CREDIT_ACTIVE": ["Active"] * int(has.sum()),
            "DAYS_CREDIT": -rng.integers(10, 2_000, has.sum()),
            "AMT_CREDIT_SUM": owed * 2,
            "AMT_CREDIT_SUM_DEBT": owed,
        }
    )


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small folder with loans, and a large one without, which has its clients, its tested ones and more."""
    where = tmp_path_factory.mktemp("pool")
    source = application_folder(where / "source", clients=ALL + TESTED, unlabelled=0)
    small = some_of(source, where / "small", clients=OWN, tested=TESTED, loans=True)
    return small, some_of(source, where / "large", clients=ALL, tested=TESTED, loans=False)


@pytest.fixture(scope="module")
def own(places: tuple[Path, Path]) -> Clients:
    return gather(opened(places[0]), say=silent)


@pytest.fixture(scope="module")
def steps(places: tuple[Path, Path], own: Clients) -> tuple[Step, ...]:
    small, large = map(opened, places)
    return pooling.steps(own, small, [large], say=silent)


@pytest.fixture(scope="module")
def climbed(own: Clients, steps: tuple[Step, ...]) -> Ladder:
    found = stages.ladder(
        own,
        steps,
        stages.split(own, SEED),
        lambda step: stages.as_they_are(step),
        recipe=quick(),
        seed=SEED,
        say=silent,
    )
    found.cross_validate()
    return found


def test_the_lower_step_knows_more_clients_and_only_what_folders_share(
    own: Clients, steps: tuple[Step, ...]
) -> None:
    low, top = steps
    assert not low.tables
    assert top.tables == {"bureau"}
    assert len(top.target) == OWN
    assert top.reference.tolist() == own.reference.tolist()
    assert [name for name in top.names if name.startswith("BURO_")]
    assert not [name for name in low.names if name.startswith("BURO_")]


def test_a_feature_that_a_further_table_changes_waits_for_the_step_of_that_table(
    steps: tuple[Step, ...],
) -> None:
    changed = {"DEBT_ELSEWHERE", "RUNNING_LOANS", "TOTAL_DEBT_TO_INCOME"}
    assert not changed & set(steps[0].names)
    assert changed & set(steps[1].names)


def test_a_client_of_both_folders_counts_once_and_no_tested_one_does(
    places: tuple[Path, Path], steps: tuple[Step, ...]
) -> None:
    low = steps[0].reference
    tested = pq.read_table(places[0] / "application_test.parquet")["SK_ID_CURR"].to_pylist()
    assert len(set(low.tolist())) == len(low)
    assert set(tested) <= set(
        pq.read_table(places[1] / "application_train.parquet")["SK_ID_CURR"].to_pylist()
    )
    assert not set(tested) & set(low.tolist())
    assert len(low) == ALL - TESTED


def test_folders_that_disagree_on_an_outcome_are_refused(
    places: tuple[Path, Path], own: Clients, tmp_path: Path
) -> None:
    table = pq.read_table(places[1] / "application_train.parquet")
    turned = table.set_column(
        table.column_names.index("TARGET"), "TARGET", pa.array(1 - table["TARGET"].to_numpy())
    )
    pq.write_table(turned, tmp_path / "application_train.parquet")
    with pytest.raises(TrainingError, match="another outcome in a pooled folder"):
        pooling.steps(own, opened(places[0]), [opened(tmp_path)], say=silent)


def test_the_finished_booster_is_the_sum_of_its_steps(climbed: Ladder, steps: tuple[Step, ...]) -> None:
    whole = climbed.everybodys()
    low, top = (climbed._fit(step, NOBODY) for step in (0, 1))
    rows, alone = steps[1], steps[0]
    place = {name: at for at, name in enumerate(rows.names)}
    given = np.column_stack([rows.matrix[:, place[name]] for name in whole.feature_name()])
    shared = np.column_stack([rows.matrix[:, place[name]] for name in alone.names])
    apart = lightgbm.raw_scores(low, shared) + lightgbm.raw_scores(top, rows.matrix)
    np.testing.assert_allclose(lightgbm.raw_scores(whole, given), apart, rtol=0, atol=1e-9)
    told = lightgbm.contributions(whole, given[:50])
    np.testing.assert_allclose(told.sum(axis=1), apart[:50], rtol=0, atol=1e-9)


def test_no_outcome_reaches_the_score_that_it_is_judged_by(
    own: Clients, steps: tuple[Step, ...], climbed: Ladder
) -> None:
    """Turn the outcomes of the hold-out: nobody's score may move, at any step, who is held out or not."""
    parts = stages.split(own, SEED)
    held = own.reference[parts.judge]
    turned = tuple(
        replace(step, target=np.where(np.isin(step.reference, held), 1 - step.target, step.target))
        for step in steps
    )
    other = stages.ladder(
        own, turned, parts, lambda step: stages.as_they_are(step), recipe=quick(), seed=SEED, say=silent
    )
    other.cross_validate()
    assert climbed.rounds == other.rounds
    for fold in range(5):
        out = frozenset({HOLD_OUT, fold})
        assert np.array_equal(climbed.scores(1, out), other.scores(1, out), equal_nan=True)
    assert np.array_equal(climbed.held_out(), other.held_out(), equal_nan=True)


def test_who_is_held_out_is_in_no_fold(own: Clients) -> None:
    parts = stages.split(own, SEED)
    assert (parts.block[parts.judge] == HOLD_OUT).all()
    assert set(parts.fold.tolist()) == set(range(5))


def test_figures_are_on_the_trained_folders_own_clients(own: Clients, steps: tuple[Step, ...]) -> None:
    trained = pipeline.train(own, recipe=quick(), seed=SEED, say=silent, steps=steps)
    assert len(trained.unseen) == OWN
    assert not np.isnan(trained.unseen).any()
    assert [step["clients"] for step in trained.evidence["steps"]] == [ALL - TESTED, OWN]
