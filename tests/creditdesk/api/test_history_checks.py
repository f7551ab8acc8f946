"""History rows in a request: bit for bit the aggregates that an import of the same rows computes."""

import random
from typing import Any

import pytest
from django.core.management import call_command

from creditdesk.api import examples
from creditdesk.models import Assessment, Case
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder

CLIENTS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("portfolio")
    call_command("make_portfolio", path, clients=CLIENTS, seed=5)
    return path


def requests(folder) -> dict[str, dict[str, Any]]:
    """The folder's clients as requests, rows in any order, by reference."""
    opened = check(open_folder(folder)).folder
    payloads = {
        str(row["SK_ID_CURR"]): {"application": row, "history": {name: [] for name in opened.history}}
        for row in rows(opened, "application", "FROM application")
    }
    for name in opened.history:
        owned = "bureau_balance JOIN bureau USING (SK_ID_BUREAU)" if name == "bureau_balance" else name
        for row in rows(opened, name, f"FROM {owned}"):
            history = payloads[str(row.pop("owner"))]["history"]
            history[name].append(row)
    for payload in payloads.values():
        for table in payload["history"].values():
            random.Random(1).shuffle(table)
    return payloads


def rows(opened, name: str, source: str):
    columns = [f"{name}.{column.name}" for column in TABLES[name].columns]
    query = f"SELECT SK_ID_CURR AS owner, {', '.join(columns)} {source}"
    for owner, *values in opened.connection.raw_sql(query).fetchall():
        row = {column.name: value for column, value in zip(TABLES[name].columns, values, strict=True)}
        present = {key: value for key, value in row.items() if value is not None}
        yield present if name == "application" else {**present, "owner": owner}


@pytest.mark.django_db
def test_the_profile_is_the_imported_one_to_the_bit(api_client, person, folder):
    api = api_client("advisor")
    call_command("import_portfolio", folder, advisor="advisor")
    payloads = requests(folder)
    assert len(payloads) == CLIENTS
    for reference, payload in payloads.items():
        answer = api.post("predict", payload).json()
        assessment = Assessment.objects.get(pk=answer["assessment_id"])
        profile = Case.objects.get(reference=reference).profile
        assert assessment.history == profile.history
        assert assessment.history_rows == profile.history_rows
        assert assessment.profile_digest == profile.digest


@pytest.mark.django_db
def test_clients_of_a_batch_do_not_affect_each_other(api_client, folder):
    """Here all of them number their loans alike."""
    payloads = list(requests(folder).values())
    for payload in payloads:
        renumber(payload["history"])
    api = api_client()
    items = api.post("predict/batch", {"items": payloads}).json()["items"]
    single = [api.post("predict", payload).json() for payload in payloads]
    assert [item["probability"] for item in items] == [answer["probability"] for answer in single]


def renumber(history: dict[str, list[dict[str, Any]]]) -> None:
    for loan in ("SK_ID_BUREAU", "SK_ID_PREV"):
        loans = sorted({row[loan] for table in history.values() for row in table if loan in row})
        numbers = {number: 1 + position for position, number in enumerate(loans)}
        for table in history.values():
            for row in table:
                row.update({loan: numbers[row[loan]]} if loan in row else {})


@pytest.mark.django_db
def test_a_table_left_out_is_not_an_empty_one(api_client):
    api = api_client()
    for provided in ([], ["bureau"]):
        history: dict[str, list[object]] = {name: [] for name in provided}
        answer = api.post("predict", {"application": examples.APPLICATION, "history": history}).json()
        assessment = Assessment.objects.get(pk=answer["assessment_id"])
        assert assessment.history_rows == dict.fromkeys(history, 0)


LOAN = examples.BUREAU[0]
MONTH = examples.BUREAU_BALANCE[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("history", "field"),
    [
        ({"bureau": [LOAN, {**LOAN, "SK_ID_BUREAU": 2, "AMT_CREDIT_SUM": -1}]}, "bureau.1.AMT_CREDIT_SUM"),
        ({"bureau": [{**LOAN, "CREDIT_ACTIVE": "Maybe"}]}, "bureau.0.CREDIT_ACTIVE"),
        ({"bureau": [{**LOAN, "COLOUR": 1}]}, "bureau.0.COLOUR"),
        ({"bureau": [{**LOAN, "SK_ID_BUREAU": None}]}, "bureau.0.SK_ID_BUREAU"),
        ({"bureau": [{**LOAN, "SK_ID_BUREAU": 1.5}]}, "bureau.0.SK_ID_BUREAU"),
        ({"bureau": [LOAN, LOAN]}, "bureau.1.SK_ID_BUREAU"),
        (
            {"bureau": [{**LOAN, "SK_ID_CURR": 1}, {**LOAN, "SK_ID_BUREAU": 2, "SK_ID_CURR": 2}]},
            "bureau.1.SK_ID_CURR",
        ),
        (
            {"bureau": [LOAN], "bureau_balance": [{**MONTH, "SK_ID_BUREAU": 99}]},
            "bureau_balance.0.SK_ID_BUREAU",
        ),
        ({"bureau_balance": [MONTH]}, "bureau_balance.0.SK_ID_BUREAU"),
        ({"ledger": []}, "ledger"),
    ],
)
def test_a_bad_row_is_named_by_table_row_and_column(api_client, history, field):
    response = api_client().post("predict", {"application": examples.APPLICATION, "history": history})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [f"history.{field}"]
    assert not Assessment.objects.exists()


@pytest.mark.django_db
def test_too_many_rows_are_refused(api_client, monkeypatch):
    monkeypatch.setattr("creditdesk.api.history_checks.MAX_ROWS", 1)
    response = api_client().post("predict", examples.APPLICATION_REQUEST)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "history")
