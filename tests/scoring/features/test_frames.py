import json
from pathlib import Path
from shutil import copy2

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scoring.ml.features.frames import ProfileBatch, columns_of, profiles
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.tables.folder import open_folder
from tests.scoring.features.profiles import same_bits

AGES = {100005: -12_000, 100001: -9_000, 100004: -20_000, 100002: -16_000, 100003: -15_500}


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory) -> Path:
    """Five clients, the first two with a known outcome; three loans elsewhere of two of them."""
    folder: Path = tmp_path_factory.mktemp("small")
    targets = {100005: 1, 100001: 0}
    write(
        folder,
        "application_train",
        [application(client) | {"TARGET": target} for client, target in targets.items()],
    )
    write(folder, "application_test", [application(client) for client in (100004, 100002, 100003)])
    write(folder, "bureau", [loan(1, 100002, 5_000.0), loan(2, 100002, 250.5), loan(3, 100005, None)])
    return folder


@pytest.fixture(scope="module")
def without_history(small_folder, tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("without_history")
    for file in small_folder.glob("application_*"):
        copy2(file, folder)
    return folder


@pytest.fixture(scope="module")
def batch(small_folder) -> ProfileBatch:
    (single,) = profiles(open_folder(small_folder))
    return single


def write(folder, name, rows):
    pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")


def application(reference):
    return {
        "SK_ID_CURR": reference,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "CODE_GENDER": "F",
        "NAME_FAMILY_STATUS": "Married",
        "AMT_CREDIT": 100_000.0 + reference,
        "AMT_ANNUITY": None if reference == 100003 else 9_000.1,
        "AMT_INCOME_TOTAL": 50_000.0,
        "DAYS_BIRTH": AGES[reference],
        "ORGANIZATION_TYPE": None if reference == 100001 else "School",
        "CNT_CHILDREN": 1,
    }


def loan(identity, client, debt):
    return {
        "SK_ID_CURR": client,
        "SK_ID_BUREAU": identity,
        "CREDIT_ACTIVE": "Active",
        "CREDIT_TYPE": "Consumer credit",
        "DAYS_CREDIT": -100.0 * identity,
        "AMT_CREDIT_SUM": 10_000.0,
        "AMT_CREDIT_SUM_DEBT": debt,
    }


def previous_loan(identity, client, contract_type):
    return {
        "SK_ID_CURR": client,
        "SK_ID_PREV": identity,
        "NAME_CONTRACT_STATUS": "Approved",
        "NAME_CONTRACT_TYPE": contract_type,
        "DAYS_DECISION": -100,
        "AMT_APPLICATION": 1_000.0,
        "AMT_CREDIT": 1_000.0,
    }


def payment(identity, client, *, due, paid):
    return {
        "SK_ID_CURR": client,
        "SK_ID_PREV": identity,
        "NUM_INSTALMENT_NUMBER": 1,
        "NUM_INSTALMENT_VERSION": 1.0,
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": paid,
        "AMT_INSTALMENT": 100.0,
        "AMT_PAYMENT": 100.0,
    }


def features_from_records(batch):
    """Compute the features as the page does, client by client, from the JSON that the database stores."""
    records = [json.loads(json.dumps(record)) for record in batch.records()]
    return np.vstack(
        [feature_matrix(columns_of([{**application, **history}])) for application, history in records]
    )


def test_clients_come_in_the_order_of_their_references_in_batches(without_history):
    references = [batch.reference.tolist() for batch in profiles(open_folder(without_history), chunk=2)]
    assert references == [[100001, 100002], [100003, 100004], [100005]]


def test_outcomes_are_known_for_the_train_side_only(batch):
    np.testing.assert_array_equal(batch.target, [0, np.nan, np.nan, np.nan, 1])


def test_sex_and_family_status_are_kept_apart_from_the_columns(batch):
    assert set(batch.protected) == {"CODE_GENDER", "NAME_FAMILY_STATUS"}
    assert not set(batch.protected) & set(batch.columns)
    assert not any(set(batch.protected) & set(record) for record, _ in batch.records())


def test_no_history_differs_from_a_table_that_was_not_provided(batch):
    assert {table: rows.tolist() for table, rows in batch.history_rows.items()} == {"bureau": [0, 2, 0, 0, 1]}


def test_history_is_joined_to_its_client(batch):
    debt = batch.columns["BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum"]
    np.testing.assert_array_equal(debt, [np.nan, 5_250.5, np.nan, np.nan, np.nan])


def test_records_hold_no_missing_values(batch):
    third, fourth = list(batch.records())[2:4]
    assert "AMT_ANNUITY" not in third[0]
    assert third[1] == {}
    assert fourth[0]["AMT_ANNUITY"] == 9_000.1
    assert fourth[0]["ORGANIZATION_TYPE"] == "School"


def test_a_client_does_not_depend_on_the_other_clients(batch, small_folder, tmp_path):
    for table in ("application_test", "bureau"):
        rows = pq.read_table(small_folder / f"{table}.parquet", filters=[("SK_ID_CURR", "==", 100002)])
        pq.write_table(rows, tmp_path / f"{table}.parquet")
    (alone,) = profiles(open_folder(tmp_path))
    assert same_bits(feature_matrix(alone.columns), feature_matrix(batch.columns)[1:2])


def test_a_client_on_the_page_has_the_same_features_as_in_the_batch(batch):
    assert same_bits(features_from_records(batch), feature_matrix(batch.columns))


def test_tables_that_depend_on_each_other_are_combined_in_the_profile(without_history, tmp_path):
    """The contract type of a loan stands in one table, the payments of its instalments in the other."""
    for file in without_history.glob("application_*"):
        copy2(file, tmp_path)
    write(tmp_path, "previous_application", [previous_loan(7, 100002, "Cash loans")])
    write(tmp_path, "installments_payments", [payment(7, 100002, due=-60, paid=-50)])

    (batch,) = profiles(open_folder(tmp_path))

    np.testing.assert_array_equal(batch.columns["INST_CASH_DELAY_mean"], [np.nan, 10, *[np.nan] * 3])
    np.testing.assert_array_equal(batch.columns["PREV_WAS_LATE_sum"], [np.nan, 1, *[np.nan] * 3])


def test_a_folder_without_history_has_profiles_too(without_history):
    (batch,) = profiles(open_folder(without_history))
    assert batch.history_rows == {}
    assert [history for _, history in batch.records()] == [{}] * 5


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["seven_tables", "six_tables"])
def test_real_clients_are_the_same_on_the_page_as_in_the_batch(home_credit, name):
    batch = next(profiles(open_folder(home_credit / name), chunk=300))
    assert same_bits(features_from_records(batch), feature_matrix(batch.columns))
