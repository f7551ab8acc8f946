"""Aggregates of real clients, recomputed row by row in plain Python."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.scoring.features.history_rows import Histories

Row = dict[str, Any]
Expected = dict[int, float | None]

pytestmark = pytest.mark.real_data


def by_client(folder: Path, stem: str) -> Iterator[tuple[int, list[Row]]]:
    clients: dict[int, list[Row]] = defaultdict(list)
    for row in pq.read_table(folder / f"{stem}.parquet").to_pylist():
        clients[row["SK_ID_CURR"]].append(row)
    yield from clients.items()


def debt_on_active_loans(folder: Path) -> Expected:
    return {
        client: _sum(row["AMT_CREDIT_SUM_DEBT"] for row in rows if row["CREDIT_ACTIVE"] == "Active")
        for client, rows in by_client(folder, "bureau")
    }


def share_refused(folder: Path) -> Expected:
    return {
        client: sum(row["NAME_CONTRACT_STATUS"] == "Refused" for row in rows) / len(rows)
        for client, rows in by_client(folder, "previous_application")
    }


def share_late_in_a_year(folder: Path) -> Expected:
    expected = {}
    for client, rows in by_client(folder, "installments_payments"):
        last_paid: dict[tuple[Any, ...], float] = {}
        for row in rows:
            if row["DAYS_INSTALMENT"] >= -365 and row["DAYS_ENTRY_PAYMENT"] is not None:
                key = (row["SK_ID_PREV"], row["NUM_INSTALMENT_NUMBER"], row["NUM_INSTALMENT_VERSION"])
                delay = row["DAYS_ENTRY_PAYMENT"] - row["DAYS_INSTALMENT"]
                last_paid[key] = max(delay, last_paid.get(key, delay))
        late = [delay > 0 for delay in last_paid.values()]
        expected[client] = sum(late) / len(late) if late else None
    return expected


def longest_delay_on_statements(folder: Path) -> Expected:
    return {
        client: max((row["SK_DPD"] for row in rows if row["NAME_CONTRACT_STATUS"] != "Signed"), default=None)
        for client, rows in by_client(folder, "POS_CASH_balance")
    }


def highest_card_use_in_half_a_year(folder: Path) -> Expected:
    expected = {}
    for client, rows in by_client(folder, "credit_card_balance"):
        balance: dict[int, float] = defaultdict(float)
        limit: dict[int, float] = defaultdict(float)
        for row in rows:
            balance[row["MONTHS_BALANCE"]] += row["AMT_BALANCE"]
            limit[row["MONTHS_BALANCE"]] += row["AMT_CREDIT_LIMIT_ACTUAL"]
        uses = [balance[month] / limit[month] for month in balance if month >= -6 and limit[month]]
        expected[client] = max(uses, default=None)
    return expected


def _sum(amounts: Iterator[float | None]) -> float | None:
    present = [Fraction(str(amount)) for amount in amounts if amount is not None]
    return float(sum(present)) if present else None


@pytest.mark.parametrize(
    ("name", "recompute"),
    [
        ("BURO_ACTIVE_AMT_CREDIT_SUM_DEBT_sum", debt_on_active_loans),
        ("PREV_IS_REFUSED_share", share_refused),
        ("INST_365D_IS_LATE_share", share_late_in_a_year),
        ("POS_SK_DPD_max", longest_delay_on_statements),
        ("CARD_6M_UTILISATION_max", highest_card_use_in_half_a_year),
    ],
)
def test_an_aggregate_of_real_clients_equals_its_plain_python_version(
    name: str, recompute: Callable[[Path], Expected], seven_tables: Path, computed: Histories
):
    expected = recompute(seven_tables)

    assert len(expected) > 100
    assert {client: computed[client][name] for client in expected} == pytest.approx(expected, abs=1e-6)
