"""Both engines refuse the same rows, compute the same features and give the same answers."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from pyarrow import csv

from scoring.ml.features import frames
from scoring.ml.model import folder as model_folder
from scoring.ml.model.batch import score_batch
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.spark.folder import SparkFolder, open_on_spark
from scoring.ml.spark.scoring import scored, write_scores
from scoring.ml.spark.session import Cluster
from scoring.ml.tables.checks import CheckedFolder, check
from scoring.ml.tables.folder import open_folder
from tests.shipped import ARTIFACTS, CHAMPION

# What is summed in whole numbers is equal to the bit; a variance or a slope is a quotient of two of them, of
# more digits than a double has, which DuckDB and Java round differently in the last place.
TOLERANCE = 1e-9
THRESHOLDS = Thresholds.single(0.1)
REAL = (
    "seven_tables",
    "six_tables",
    "bureau_and_card",
    "kaggle_test_six_tables",
    "application_only",
    "kaggle_test",
)


@dataclass
class Both:
    """One folder on both engines, and its scores written by Spark."""

    plain: CheckedFolder
    spark: SparkFolder
    scores: pa.Table
    model: Model


def on_both(path: Path, session: Any, out: Path) -> Both:
    folder = ARTIFACTS / CHAMPION
    model = model_folder.load(folder)
    spark = open_on_spark(path, session, Cluster())
    write_scores(scored(spark.profiles, folder, THRESHOLDS, digest=model.digest, explained=True), out)
    # Spark has scored them in the order of the sizes of its files.
    table = pa.concat_tables(map(pq.read_table, out.glob("part-*.parquet"))).sort_by("SK_ID_CURR")
    return Both(check(open_folder(path)), spark, table, model)


def assert_equal(both: Both) -> int:
    """Compare everything; return how many cells of features differ in their last place."""
    assert list(both.plain.rejects) == list(both.spark.checked.rejects)
    inexact, row = 0, 0
    batches = zip(frames.profiles(both.plain.folder), frames.profiles(both.spark.checked.folder), strict=True)
    for plain, spark in batches:
        inexact += assert_profiles_equal(plain, spark)
        assert_answers_equal(both, plain, both.scores.slice(row, len(plain.reference)))
        row += len(plain.reference)
    assert row == both.scores.num_rows
    return inexact


def assert_profiles_equal(plain: frames.ProfileBatch, spark: frames.ProfileBatch) -> int:
    assert plain.reference.tolist() == spark.reference.tolist()
    assert plain.columns.keys() == spark.columns.keys()
    np.testing.assert_array_equal(plain.target, spark.target)
    for name, values in plain.protected.items():
        assert values.tolist() == spark.protected[name].tolist()
    assert plain.history_rows.keys() == spark.history_rows.keys()
    for name, counts in plain.history_rows.items():
        assert counts.tolist() == spark.history_rows[name].tolist(), name
    inexact = 0
    for name, values in plain.columns.items():
        other = spark.columns[name]
        if name in frames.CATEGORIES:
            assert values.tolist() == other.tolist(), name
            continue
        differs = ~((values == other) | (np.isnan(values) & np.isnan(other)))
        if differs.any():
            assert name.endswith(("_std", "_slope")) or "RECENT" in name, name
            np.testing.assert_allclose(other, values, rtol=TOLERANCE, atol=0, err_msg=name)
        inexact += int(differs.sum())
    return inexact


def assert_answers_equal(both: Both, plain: frames.ProfileBatch, scores: pa.Table) -> None:
    answers = score_batch(both.model, THRESHOLDS, plain, explained=True).table()
    for name in ("SK_ID_CURR", "verdict", "model_version"):
        assert scores[name].to_pylist() == answers[name].to_pylist()
    for name in ("probability", "base_value"):
        np.testing.assert_allclose(scores[name], answers[name], rtol=0, atol=TOLERANCE)
    ours, theirs = (table["contributions"].combine_chunks() for table in (answers, scores))
    for field in ours.type.names:
        np.testing.assert_allclose(theirs.field(field), ours.field(field), rtol=0, atol=TOLERANCE)


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL)
def test_real_clients_get_equal_features_and_answers(home_credit, session, tmp_path, name):
    both = on_both(home_credit / name, session, tmp_path / "scores")
    print(f"{name}: {assert_equal(both)} cells differ in the last place")
    assert both.scores.num_rows == both.plain.folder.clients() > 0


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("portfolio") / "tables"
    call_command("make_portfolio", path, verbosity=0, clients=300, seed=3, file_format="parquet")
    return path


def changed(portfolio: Path, target: Path, stem: str, change: Callable[[pa.Table], pa.Table]) -> Path:
    """Copy a portfolio with one of its tables changed."""
    shutil.copytree(portfolio, target)
    path = target / f"{stem}.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    return target


def with_cell(table: pa.Table, column: str, row: int, value: object) -> pa.Table:
    values = table[column].to_pylist()
    values[row] = value
    return table.set_column(
        table.column_names.index(column), column, pa.array(values, type=table[column].type)
    )


def spoil(portfolio: Path, target: Path, file_format: str) -> Path:
    """Write faults of every kind into a copy of the portfolio."""

    def applications(table: pa.Table) -> pa.Table:
        table = with_cell(table, "AMT_CREDIT", 3, -5.0)
        table = with_cell(table, "NAME_CONTRACT_TYPE", 5, "Pawn")
        return pa.concat_tables([table, table.slice(7, 1)])

    changed(portfolio, target, "application_train", applications)
    bureau = target / "bureau.parquet"
    pq.write_table(with_cell(pq.read_table(bureau), "SK_ID_CURR", 2, 999_999), bureau)
    if file_format == "csv":
        for path in sorted(target.glob("*.parquet")):
            csv.write_csv(pq.read_table(path), path.with_suffix(".csv"))
            path.unlink()
    return target


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_rows_at_fault_are_refused_with_the_same_line_and_reason(portfolio, session, tmp_path, file_format):
    spoiled = spoil(portfolio, tmp_path / "spoiled", file_format)
    both = on_both(spoiled, session, tmp_path / "scores")
    assert_equal(both)
    reasons = " ".join(reject.reason for reject in both.plain.rejects)
    for kind in (
        "is not between",
        "repeats the SK_ID_CURR of",
        "no accepted row of application",
        "is not one of",
    ):
        assert kind in reasons


def test_an_empty_history_table_is_no_absent_one(portfolio, session, tmp_path):
    tables = changed(portfolio, tmp_path / "tables", "bureau", lambda table: table.slice(0, 0))
    (tables / "bureau_balance.parquet").unlink()
    both = on_both(tables, session, tmp_path / "scores")
    assert_equal(both)
    assert both.spark.checked.folder.absent == ("bureau_balance",)


def test_a_client_with_a_hundred_thousand_instalments_is_one_client(portfolio, session, tmp_path):
    def many(table: pa.Table) -> pa.Table:
        first = table.slice(0, 1)
        numbers = pa.array(np.arange(100_000) % 200 + 1, type=first["NUM_INSTALMENT_NUMBER"].type)
        repeated = first.take(pa.array(np.zeros(100_000, dtype=np.int64)))
        position = table.column_names.index("NUM_INSTALMENT_NUMBER")
        return pa.concat_tables([table, repeated.set_column(position, "NUM_INSTALMENT_NUMBER", numbers)])

    tables = changed(portfolio, tmp_path / "tables", "installments_payments", many)
    both = on_both(tables, session, tmp_path / "scores")
    assert_equal(both)
    rows = [batch.history_rows["installments_payments"].max() for batch in frames.profiles(both.plain.folder)]
    assert max(rows) >= 100_000
