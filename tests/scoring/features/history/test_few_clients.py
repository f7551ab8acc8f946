"""The history of single clients, apart from whoever else is asked about at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from scoring.ml.features.history import few_clients
from scoring.ml.features.history.few_clients import ClientHistory, Row, Tables, histories

LOAN: Row = {"SK_ID_BUREAU": 1, "CREDIT_ACTIVE": "Active", "DAYS_CREDIT": -300.0, "AMT_CREDIT_SUM": 90_000.0}


def client(*amounts: float) -> Tables:
    return {
        "bureau": [{**LOAN, "SK_ID_BUREAU": n, "AMT_CREDIT_SUM": one} for n, one in enumerate(amounts, 1)]
    }


def test_nobody_with_rows_means_nothing_known():
    assert histories([]) == []
    assert histories([{}, {"bureau": []}]) == [ClientHistory(), ClientHistory(rows={"bureau": 0})]


def test_rows_of_the_balance_without_loans_count_as_not_provided():
    (found,) = histories([{"bureau_balance": []}])
    assert found.rows == {}


def test_each_client_is_alone():
    alone = [histories([one])[0] for one in (client(10.0), client(20.0, 30.0))]
    assert histories([client(10.0), {}, client(20.0, 30.0)]) == [alone[0], ClientHistory(), alone[1]]


def test_nothing_is_left_for_the_next_one():
    first = histories([client(10.0, 20.0)])
    histories([client(1e9)])
    assert histories([client(10.0, 20.0)]) == first


def test_the_order_of_rows_does_not_matter():
    assert histories([client(1.0, 2.0, 3.0)]) == histories(
        [{"bureau": list(reversed(client(1.0, 2.0, 3.0)["bureau"]))}]
    )


def test_a_failure_spoils_nothing_after_it(monkeypatch):
    good = histories([client(10.0)])
    monkeypatch.setattr(few_clients, "_read", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        histories([client(20.0)])
    monkeypatch.undo()
    assert histories([client(10.0)]) == good


def test_a_table_that_adds_to_another_counts_only_where_it_was_provided():
    previous = {"previous_application": [{"SK_ID_PREV": 1, "DAYS_DECISION": -100.0, "AMT_APPLICATION": 1e4}]}
    alone, beside = histories([previous, {**previous, "installments_payments": []}])
    assert alone.rows == {"previous_application": 1}
    assert beside.rows == {"previous_application": 1, "installments_payments": 0}
    assert [alone] == histories([previous])


def test_many_threads_get_their_own():
    asked = [client(*map(float, range(1, n + 1))) for n in range(1, 9)]
    expected = [histories([one])[0] for one in asked]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda one: histories([one])[0], asked)) == expected
