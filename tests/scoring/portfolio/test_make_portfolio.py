import errno
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from scoring.ml.portfolio import generate, writing

STEMS = (
    "application_train",
    "application_test",
    "bureau",
    "bureau_balance",
    "previous_application",
    "POS_CASH_balance",
    "credit_card_balance",
    "installments_payments",
)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes(make, folder):
    assert bytes_of(make()) == bytes_of(folder)


def test_another_seed_gives_other_clients(make, folder):
    assert bytes_of(make(seed=8)) != bytes_of(folder)


def test_all_seven_tables_and_the_names_are_written(folder):
    beside = {"clients.csv", "applied.csv", "outcomes.csv"}
    assert set(bytes_of(folder)) == {*(f"{stem}.parquet" for stem in STEMS), *beside}
    assert all(pq.read_metadata(folder / f"{stem}.parquet").num_rows for stem in STEMS)


def test_every_client_has_one_application_and_one_name(folder):
    train, test = (pq.read_table(folder / f"{stem}.parquet") for stem in STEMS[:2])
    references = sorted(train["SK_ID_CURR"].to_pylist() + test["SK_ID_CURR"].to_pylist())
    assert references == list(range(generate.FIRST_CLIENT, generate.FIRST_CLIENT + 400))
    assert pa_csv.read_csv(folder / "clients.csv")["SK_ID_CURR"].to_pylist() == references


def test_only_the_train_side_tells_who_defaulted(folder):
    train, test = (pq.read_table(folder / f"{stem}.parquet") for stem in STEMS[:2])
    assert set(train["TARGET"].to_pylist()) == {0, 1}
    assert "TARGET" not in test.column_names
    assert 0.1 < test.num_rows / 400 < 0.3


def test_the_side_of_a_client_can_be_chosen(tmp_path):
    call_command("make_portfolio", tmp_path / "out", clients=50, seed=1, test_share=0.0, verbosity=0)
    assert pq.read_metadata(tmp_path / "out" / "application_test.parquet").num_rows == 0


@pytest.mark.parametrize("stem", STEMS)
def test_csv_and_parquet_hold_equal_values(make, folder, stem):
    parquet = pq.read_table(folder / f"{stem}.parquet")
    types = {
        field.name: pa.string() if pa.types.is_large_string(field.type) else field.type
        for field in parquet.schema
    }
    options = pa_csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    as_csv = pa_csv.read_csv(make(file_format="csv") / f"{stem}.csv", convert_options=options)
    assert as_csv.equals(parquet.cast(as_csv.schema))


@pytest.mark.parametrize(
    ("table", "key", "owner"),
    [
        ("bureau", "SK_ID_CURR", None),
        ("bureau_balance", "SK_ID_BUREAU", "bureau"),
        ("previous_application", "SK_ID_CURR", None),
        ("POS_CASH_balance", "SK_ID_PREV", "previous_application"),
        ("credit_card_balance", "SK_ID_PREV", "previous_application"),
        ("installments_payments", "SK_ID_PREV", "previous_application"),
    ],
)
def test_every_history_row_belongs_to_somebody(folder, table, key, owner):
    owners = (owner,) if owner else STEMS[:2]
    referenced = {
        value for stem in owners for value in pq.read_table(folder / f"{stem}.parquet")[key].to_pylist()
    }
    assert set(pq.read_table(folder / f"{table}.parquet")[key].to_pylist()) <= referenced


def test_a_block_boundary_changes_no_numbering(make, monkeypatch):
    monkeypatch.setattr(generate, "BLOCK", 100)
    folder = make(clients=250)
    credits = pq.read_table(folder / "bureau.parquet")["SK_ID_BUREAU"].to_pylist()
    contracts = pq.read_table(folder / "previous_application.parquet")["SK_ID_PREV"].to_pylist()
    assert len(credits) == len(set(credits))
    assert len(contracts) == len(set(contracts))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(CommandError, match="not empty"):
        call_command("make_portfolio", tmp_path, clients=10, seed=1, verbosity=0)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_table", full)
    with pytest.raises(CommandError, match="disk is full"):
        call_command("make_portfolio", tmp_path / "out", clients=10, seed=1, verbosity=0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [{"clients": 0}, {"seed": -1}, {"test_share": 1.5}])
def test_impossible_numbers_are_wrong_usage(tmp_path, options):
    with pytest.raises(CommandError) as refused:
        call_command(
            "make_portfolio", tmp_path / "out", **{"clients": 10, "seed": 1, "verbosity": 0} | options
        )
    assert refused.value.returncode == 2
    assert not (tmp_path / "out").exists()
