from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError, gather, informative
from scoring.ml.training.progress import silent
from tests.scoring.applications import application_folder


def test_only_clients_with_a_known_outcome_are_trained_on(clients: Clients) -> None:
    assert len(clients) == 1_500
    assert set(np.unique(clients.target)) == {0.0, 1.0}


def test_sex_and_family_status_are_kept_for_monitoring_only(clients: Clients) -> None:
    assert {"CODE_GENDER", "NAME_FAMILY_STATUS"} == clients.protected.keys()
    assert not {"CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE"} & set(
        clients.names
    )


def test_uninformative_features_are_dropped(clients: Clients) -> None:
    present = ~np.isnan(clients.matrix)
    assert present.sum(axis=0).min() >= 20
    for values in clients.matrix.T:
        assert len(np.unique(values)) > 1
    assert not [name for name in clients.names if name.startswith("BURO_")]


@given(
    matrix=arrays(float, (60, 4), elements=st.sampled_from([np.nan, 0.0, 1.0])),
    cuts=st.sets(st.integers(1, 59), max_size=4),
)
def test_what_a_feature_says_does_not_depend_on_the_batches_it_was_read_in(matrix, cuts) -> None:
    matrix[:40, 3], matrix[40:, 3] = np.nan, 1.0
    expected = [(~np.isnan(values)).sum() >= 20 and len(np.unique(values)) > 1 for values in matrix.T]
    assert informative(*np.split(matrix, sorted(cuts))).tolist() == expected


def test_a_folder_without_outcomes_is_refused(tmp_path: Path) -> None:
    source = application_folder(tmp_path / "all", clients=1_200, unlabelled=0)
    (tmp_path / "unknown").mkdir()
    table = pq.read_table(source / "application_train.parquet").drop_columns(["TARGET"])
    pq.write_table(table, tmp_path / "unknown" / "application_test.parquet")
    assert_refused(tmp_path / "unknown", "no client has a TARGET")


def test_one_outcome_only_is_refused(tmp_path: Path) -> None:
    path = application_folder(tmp_path, clients=1_200)
    table = pq.read_table(path / "application_train.parquet")
    same = table.set_column(1, "TARGET", pa.array(np.zeros(len(table), dtype=np.int64)))
    pq.write_table(same, path / "application_train.parquet")
    assert_refused(path, "the same for every client")


def test_fewer_than_a_thousand_clients_are_refused(tmp_path: Path) -> None:
    assert_refused(application_folder(tmp_path, clients=999), "999 clients")


def test_defaults_that_do_not_fill_the_folds_are_refused() -> None:
    with pytest.raises(TrainingError, match="4 clients of the rarer outcome"):
        splits.folds(np.repeat([0.0, 1.0], [996, 4]), seed=1)


@pytest.mark.parametrize("defaults", [1, 4, 5])
def test_a_split_whose_folds_would_have_no_default_is_refused(defaults: int) -> None:
    target = np.repeat([0.0, 1.0], [1_000 - defaults, defaults])
    with pytest.raises(TrainingError, match=r"\d clients of the rarer outcome do not fill 5 folds"):
        splits.split(target, seed=1)


def test_hold_out_and_folds_share_no_client_and_keep_the_default_rate(clients: Clients) -> None:
    split = splits.split(clients.target, seed=1)
    assert sorted([*split.train, *split.hold_out]) == list(range(len(clients)))
    assert len(split.hold_out) == 300
    assert (split.block[split.hold_out] == splits.HOLD_OUT).all()
    assert set(split.fold.tolist()) == set(range(5))
    rates = [clients.target[split.block == block].mean() for block in (*range(5), splits.HOLD_OUT)]
    assert max(rates) - min(rates) < 0.01


def assert_refused(path: Path, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        gather(check(open_folder(path)).folder, progress=silent)
