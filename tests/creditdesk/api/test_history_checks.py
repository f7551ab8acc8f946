"""Rows of a history sent along: to the bit what an import of the same rows makes of them."""

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


def questions(folder) -> dict[str, dict[str, Any]]:
    """The folder's clients as programs would send them, rows in any order, by reference."""
    opened = check(open_folder(folder)).folder
    sent = {
        str(row["SK_ID_CURR"]): {"application": row, "history": {name: [] for name in opened.history}}
        for row in rows(opened, "application", "FROM application")
    }
    for name in opened.history:
        owned = "bureau_balance JOIN bureau USING (SK_ID_BUREAU)" if name == "bureau_balance" else name
        for row in rows(opened, name, f"FROM {owned}"):
            history = sent[str(row.pop("owner"))]["history"]
            history[name].append(row)
    for question in sent.values():
        for table in question["history"].values():
            random.Random(1).shuffle(table)
    return sent


def rows(opened, name: str, source: str):
    columns = [f"{name}.{column.name}" for column in TABLES[name].columns]
    query = f"SELECT SK_ID_CURR AS owner, {', '.join(columns)} {source}"
    for owner, *values in opened.connection.raw_sql(query).fetchall():
        row = {column.name: value for column, value in zip(TABLES[name].columns, values, strict=True)}
        known = {key: value for key, value in row.items() if value is not None}
        yield known if name == "application" else {**known, "owner": owner}


@pytest.mark.django_db
def test_the_profile_is_the_imported_one_to_the_bit(api_client, person, folder):
    api = api_client("advisor")
    call_command("import_portfolio", folder, advisor="advisor")
    sent = questions(folder)
    assert len(sent) == CLIENTS
    for reference, question in sent.items():
        told = api.post("predict", question).json()
        kept, case = Assessment.objects.get(pk=told["assessment_id"]), Case.objects.get(reference=reference)
        assert kept.inputs["history"] == case.profile.history
        assert kept.inputs["history_rows"] == case.profile.history_rows
        assert kept.profile_digest == case.profile.digest


@pytest.mark.django_db
def test_clients_of_one_batch_do_not_touch_each_other(api_client, folder):
    """All of them name their loans by the same numbers here."""
    sent = list(questions(folder).values())
    for question in sent:
        renumber(question["history"])
    api = api_client()
    many = api.post("predict/batch", {"items": sent}).json()["items"]
    alone = [api.post("predict", question).json() for question in sent]
    assert [one["probability"] for one in many] == [one["probability"] for one in alone]


def renumber(history: dict[str, list[dict[str, Any]]]) -> None:
    for loan in ("SK_ID_BUREAU", "SK_ID_PREV"):
        known = sorted({row[loan] for table in history.values() for row in table if loan in row})
        numbers = {number: 1 + position for position, number in enumerate(known)}
        for table in history.values():
            for row in table:
                row.update({loan: numbers[row[loan]]} if loan in row else {})


@pytest.mark.django_db
def test_a_table_left_out_is_not_an_empty_one(api_client):
    api = api_client()
    for provided in ([], ["bureau"]):
        history: dict[str, list[object]] = {name: [] for name in provided}
        told = api.post("predict", {"application": examples.APPLICATION, "history": history}).json()
        inputs = Assessment.objects.get(pk=told["assessment_id"]).inputs
        assert inputs["history_rows"] == dict.fromkeys(history, 0)


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
    assert [fault["field"] for fault in response.json()["errors"]] == [f"history.{field}"]
    assert not Assessment.objects.exists()


@pytest.mark.django_db
def test_too_many_rows_are_refused(api_client, monkeypatch):
    monkeypatch.setattr("creditdesk.api.history_checks.MAX_ROWS", 1)
    response = api_client().post("predict", examples.APPLICATION_REQUEST)
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "history")
