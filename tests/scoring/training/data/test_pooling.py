from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scoring.ml import lightgbm
from scoring.ml.model.manifest_sections import TuningSection
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, open_folder
from scoring.ml.training import pipeline
from scoring.ml.training.compare import hyperparameter_search
from scoring.ml.training.data import pooling, splits
from scoring.ml.training.data.clients import Clients, TrainingError, gather
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.data.splits import HOLD_OUT, Split
from scoring.ml.training.explain import explainer_builder
from scoring.ml.training.fit.staged_boosting import NO_BLOCK, StagedBoosting
from scoring.ml.training.fit.stages import all_features, staged_boosting
from scoring.ml.training.pipeline import TrainedModel
from scoring.ml.training.progress import silent
from tests.scoring.applications import application_folder
from tests.scoring.training.quick_training import SEED, quick

OWN, ALL, UNLABELLED = 1_100, 1_800, 60


def opened(path: Path) -> Folder:
    return check(open_folder(path)).folder


def some_of(source: Path, target: Path, *, clients: int, unlabelled: int, loans: bool) -> Path:
    """The first clients of a folder, then some without an outcome; with loans at other lenders or not."""
    target.mkdir(parents=True)
    whole = pq.read_table(source / "application_train.parquet")
    pq.write_table(whole.slice(0, clients), target / "application_train.parquet")
    rest = whole.slice(clients, unlabelled).drop_columns(["TARGET"])
    pq.write_table(rest, target / "application_test.parquet")
    if loans:
        pq.write_table(loans_of(whole.slice(0, clients + unlabelled)), target / "bureau.parquet")
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
    """A small folder with loans, and a large one without, which has all clients of the small one and more."""
    where = tmp_path_factory.mktemp("pool")
    source = application_folder(where / "source", clients=ALL + UNLABELLED, unlabelled=0)
    small = some_of(source, where / "small", clients=OWN, unlabelled=UNLABELLED, loans=True)
    return small, some_of(source, where / "large", clients=ALL, unlabelled=UNLABELLED, loans=False)


@pytest.fixture(scope="module")
def own(places: tuple[Path, Path]) -> Clients:
    return gather(opened(places[0]), progress=silent)


@pytest.fixture(scope="module")
def stages(places: tuple[Path, Path], own: Clients) -> tuple[StageData, ...]:
    small, large = map(opened, places)
    return pooling.pooled_stages(own, small, [large], progress=silent)


@pytest.fixture(scope="module")
def split(own: Clients) -> Split:
    return splits.split(own.target, SEED)


def cross_validated(own: Clients, stages: tuple[StageData, ...], split: Split) -> StagedBoosting:
    boosting = staged_boosting(
        own, stages, split, all_features, hyperparameters=quick(), seed=SEED, progress=silent
    )
    boosting.cross_validate()
    return boosting


@pytest.fixture(scope="module")
def boosting(own: Clients, stages: tuple[StageData, ...], split: Split) -> StagedBoosting:
    return cross_validated(own, stages, split)


def test_outcomes_of_a_fold_reach_its_scores_through_no_stage(
    own: Clients, stages: tuple[StageData, ...], split: Split, boosting: StagedBoosting
) -> None:
    inside = split.block == 1
    other = own.target.copy()
    other[inside] = np.random.default_rng(3).permutation(other[inside])
    assert (other != own.target).any()
    outcome = dict(zip(own.reference.tolist(), other.tolist(), strict=True))
    relabelled = tuple(
        replace(
            stage,
            target=np.array(
                [
                    outcome.get(reference, target)
                    for reference, target in zip(stage.reference.tolist(), stage.target.tolist(), strict=True)
                ]
            ),
        )
        for stage in stages
    )
    again = cross_validated(replace(own, target=other), relabelled, split)
    without = frozenset({HOLD_OUT, 1})
    for number in range(len(stages)):
        scored = boosting.stages[number].block == 1
        before, after = (each.log_odds(number, without)[scored] for each in (boosting, again))
        assert np.array_equal(before, after)


def test_the_lower_stage_has_more_clients_and_only_the_tables_that_folders_share(
    own: Clients, stages: tuple[StageData, ...]
) -> None:
    low, top = stages
    assert not low.tables
    assert top.tables == {"bureau"}
    assert len(top.target) == OWN
    assert top.reference.tolist() == own.reference.tolist()
    assert [name for name in top.names if name.startswith("BURO_")]
    assert not [name for name in low.names if name.startswith("BURO_")]


def test_a_feature_that_a_further_table_changes_waits_for_the_stage_of_that_table(
    stages: tuple[StageData, ...],
) -> None:
    changed = {"DEBT_ELSEWHERE", "RUNNING_LOANS", "TOTAL_DEBT_TO_INCOME"}
    assert not changed & set(stages[0].names)
    assert changed & set(stages[1].names)


def test_a_client_of_both_folders_counts_once_and_no_unlabelled_one_does(
    places: tuple[Path, Path], stages: tuple[StageData, ...]
) -> None:
    low = stages[0].reference
    unlabelled = pq.read_table(places[0] / "application_test.parquet")["SK_ID_CURR"].to_pylist()
    assert len(set(low.tolist())) == len(low)
    assert set(unlabelled) <= set(
        pq.read_table(places[1] / "application_train.parquet")["SK_ID_CURR"].to_pylist()
    )
    assert not set(unlabelled) & set(low.tolist())
    assert len(low) == ALL - UNLABELLED


def test_folders_that_disagree_on_an_outcome_are_refused(
    places: tuple[Path, Path], own: Clients, tmp_path: Path
) -> None:
    table = pq.read_table(places[1] / "application_train.parquet")
    turned = table.set_column(
        table.column_names.index("TARGET"), "TARGET", pa.array(1 - table["TARGET"].to_numpy())
    )
    pq.write_table(turned, tmp_path / "application_train.parquet")
    with pytest.raises(TrainingError, match="another outcome in a pooled folder"):
        pooling.pooled_stages(own, opened(places[0]), [opened(tmp_path)], progress=silent)


def test_the_final_booster_is_the_sum_of_its_stages(
    boosting: StagedBoosting, stages: tuple[StageData, ...]
) -> None:
    final = boosting.refit_on_all()
    low, top = stages
    low_booster, top_booster = (boosting.fit(number, NO_BLOCK) for number in (0, 1))
    position = {name: column for column, name in enumerate(top.names)}
    matrix = np.column_stack([top.matrix[:, position[name]] for name in final.feature_name()])
    low_matrix = np.column_stack([top.matrix[:, position[name]] for name in low.names])
    summed = lightgbm.raw_scores(low_booster, low_matrix) + lightgbm.raw_scores(top_booster, top.matrix)
    np.testing.assert_allclose(lightgbm.raw_scores(final, matrix), summed, rtol=0, atol=1e-9)
    contributions = lightgbm.contributions(final, matrix[:50])
    np.testing.assert_allclose(contributions.sum(axis=1), summed[:50], rtol=0, atol=1e-9)


def test_no_outcome_of_the_hold_out_reaches_a_score_out_of_sample(
    own: Clients, stages: tuple[StageData, ...], split: Split, boosting: StagedBoosting
) -> None:
    """Turn the outcomes of the hold-out: no client's log-odds may change, at any stage."""
    hold_out = own.reference[split.hold_out]
    turned = tuple(
        replace(stage, target=np.where(np.isin(stage.reference, hold_out), 1 - stage.target, stage.target))
        for stage in stages
    )
    again = cross_validated(own, turned, split)
    assert boosting.rounds == again.rounds
    for fold in range(5):
        excluded = frozenset({HOLD_OUT, fold})
        assert np.array_equal(boosting.log_odds(1, excluded), again.log_odds(1, excluded), equal_nan=True)
    assert np.array_equal(boosting.hold_out_log_odds(), again.hold_out_log_odds(), equal_nan=True)


@pytest.fixture(scope="module")
def trained(own: Clients, stages: tuple[StageData, ...]) -> TrainedModel:
    return pipeline.train(own, hyperparameters=quick(), seed=SEED, progress=silent, pooled=stages)


def test_the_bootstrap_ensemble_starts_where_its_stage_starts(trained: TrainedModel) -> None:
    """A booster from nothing would bring the default rate, in log-odds, to what the stage below says."""
    start, clients = trained.start, trained.clients
    assert start.booster
    explainer = explainer_builder.build(
        clients,
        trained.booster,
        trained.out_of_sample >= trained.rule.threshold,
        hyperparameters=trained.hyperparameters,
        rounds=trained.rounds,
        seed=SEED,
        start=start,
    )
    columns = [clients.names.index(name) for name in start.booster.feature_name()]
    below = lightgbm.raw_scores(start.booster, clients.matrix[:, columns])
    for text in explainer.ensemble:
        member = lightgbm.parse(text)
        assert member.feature_name() == list(clients.names)
        added = lightgbm.raw_scores(member, clients.matrix) - below
        assert abs(added.mean()) < 0.5 < abs(np.log(clients.target.mean()))


def test_what_a_stage_starts_from_does_not_know_its_fold(
    own: Clients, stages: tuple[StageData, ...], split: Split
) -> None:
    def starts(data: tuple[StageData, ...]) -> list[np.ndarray]:
        boosting = staged_boosting(
            own, data, split, all_features, hyperparameters=quick(), seed=SEED, progress=silent
        )
        boosting.rounds = [20]
        boosting._choose_rounds = lambda number: None  # type: ignore[method-assign]
        return boosting.starts()

    first = own.reference[split.block == 0]
    turned = tuple(
        replace(stage, target=np.where(np.isin(stage.reference, first), 1 - stage.target, stage.target))
        for stage in stages
    )
    before, after = starts(stages), starts(turned)
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[1], after[1])


def test_a_pooled_search_starts_from_the_lower_stages(
    own: Clients, stages: tuple[StageData, ...], tmp_path: Path
) -> None:
    def search(pooled: tuple[StageData, ...]) -> TuningSection:
        return hyperparameter_search.search(
            own,
            replace(quick(), max_rounds=30),
            seed=SEED,
            trials=1,
            store=tmp_path / "tuning.sqlite3",
            fingerprint="f" * 64,
            progress=silent,
            pooled=pooled,
        ).record

    alone, pooled = search(()), search(stages)
    assert alone.study != pooled.study
    assert pooled.log_loss != alone.log_loss


def test_figures_are_on_the_trained_folders_own_clients(trained: TrainedModel) -> None:
    assert len(trained.out_of_sample) == OWN
    assert not np.isnan(trained.out_of_sample).any()
    assert [stage.clients for stage in trained.stages] == [ALL - UNLABELLED, OWN]
