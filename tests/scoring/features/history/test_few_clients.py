"""The history of single clients, independent of the others in the same call."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from scoring.ml.features.history import few_clients
from scoring.ml.features.history.few_clients import ClientHistory, Row, Tables, histories

LOAN: Row = {"SK_ID_BUREAU": 1, "CREDIT_ACTIVE": "Active", "DAYS_CREDIT": -300.0, "AMT_CREDIT_SUM": 90_000.0}


def client(*amounts: float) -> Tables:
    return {
        "bureau": [
            {**LOAN, "SK_ID_BUREAU": number, "AMT_CREDIT_SUM": amount}
            for number, amount in enumerate(amounts, 1)
        ]
    }


def test_clients_without_rows_have_an_empty_history():
    assert histories([]) == []
    assert histories([{}, {"bureau": []}]) == [ClientHistory(), ClientHistory(rows={"bureau": 0})]


def test_rows_of_the_balance_without_loans_count_as_not_provided():
    (history,) = histories([{"bureau_balance": []}])
    assert history.rows == {}


def test_a_client_does_not_depend_on_the_others():
    alone = [histories([tables])[0] for tables in (client(10.0), client(20.0, 30.0))]
    assert histories([client(10.0), {}, client(20.0, 30.0)]) == [alone[0], ClientHistory(), alone[1]]


def test_no_rows_remain_for_the_next_call():
    first = histories([client(10.0, 20.0)])
    histories([client(1e9)])
    assert histories([client(10.0, 20.0)]) == first


def test_the_order_of_rows_does_not_matter():
    assert histories([client(1.0, 2.0, 3.0)]) == histories(
        [{"bureau": list(reversed(client(1.0, 2.0, 3.0)["bureau"]))}]
    )


def test_a_failure_does_not_affect_the_next_call(monkeypatch):
    before = histories([client(10.0)])
    monkeypatch.setattr(few_clients, "_read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        histories([client(20.0)])
    monkeypatch.undo()
    assert histories([client(10.0)]) == before


def test_an_optional_table_counts_only_where_it_was_provided():
    previous = {"previous_application": [{"SK_ID_PREV": 1, "DAYS_DECISION": -100.0, "AMT_APPLICATION": 1e4}]}
    alone, beside = histories([previous, {**previous, "installments_payments": []}])
    assert alone.rows == {"previous_application": 1}
    assert beside.rows == {"previous_application": 1, "installments_payments": 0}
    assert [alone] == histories([previous])


def test_threads_get_the_histories_of_their_own_clients():
    clients = [client(*map(float, range(1, loans + 1))) for loans in range(1, 9)]
    expected = [histories([tables])[0] for tables in clients]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda tables: histories([tables])[0], clients)) == expected
