"""Months of repayment of a drawn portfolio: what came true of its own default behaviour."""

import csv
from datetime import date
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from creditdesk.importing.outcomes import OutcomeLine, outcome_lines
from scoring.ml.metrics.vintages import bucket, roll_counts, roll_rates
from scoring.ml.portfolio.outcomes import WEEKDAYS, Month

CLIENTS = 4_000


@pytest.fixture(scope="module")
def drawn(make) -> Path:
    return make(clients=CLIENTS)


@pytest.fixture(scope="module")
def lines(drawn) -> list[OutcomeLine]:
    """As the desk reads them: a line that it could not take fails here."""
    return lines_of(drawn)


def lines_of(folder: Path) -> list[OutcomeLine]:
    read = list(outcome_lines(folder / "outcomes.csv"))
    lines = [line for line in read if isinstance(line, OutcomeLine)]
    assert len(lines) == len(read)
    return lines


@pytest.fixture(scope="module")
def applied(drawn) -> dict[str, date]:
    with (drawn / "applied.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row["SK_ID_CURR"]: date.fromisoformat(row["APPLIED_ON"]) for row in rows}


def ages(lines, applied):
    return np.array(
        [
            Month(line.month.year, line.month.month).since_year_0 - index_of(applied[line.reference])
            for line in lines
        ]
    )


def index_of(day: date) -> int:
    return Month(day.year, day.month).since_year_0


def test_every_client_has_a_day_of_application_on_the_weekday_of_the_form(drawn, applied):
    tables = [pq.read_table(drawn / f"application_{side}.parquet") for side in ("train", "test")]
    weekday = {
        str(reference): name
        for table in tables
        for reference, name in zip(
            table["SK_ID_CURR"].to_pylist(), table["WEEKDAY_APPR_PROCESS_START"].to_pylist(), strict=True
        )
    }
    assert set(applied) == set(weekday)
    assert all(WEEKDAYS[day.weekday()] == weekday[reference] for reference, day in applied.items())


def test_months_begin_after_the_application_have_no_gap_and_end_with_the_last_month(lines, applied):
    by_client = [list(rows) for _, rows in groupby(zip(lines, ages(lines, applied), strict=True), key_of)]
    assert len(by_client) == len(applied)
    for rows in by_client:
        assert [int(age) for _, age in rows] == list(range(1, len(rows) + 1))
    assert max(line.month for line in lines) == date(2026, 10, 1)


def key_of(row: tuple[OutcomeLine, int]) -> str:
    return row[0].reference


def test_clients_default_within_a_year_exactly_as_their_target_says(drawn, lines, applied):
    train = pq.read_table(drawn / "application_train.parquet")
    target = dict(zip(map(str, train["SK_ID_CURR"].to_pylist()), train["TARGET"].to_pylist(), strict=True))
    observed = {client for client, day in applied.items() if index_of(day) <= Month(2025, 10).since_year_0}
    observed &= set(target)
    in_a_year = zip(lines, ages(lines, applied), strict=True)
    defaulted = {line.reference for line, age in in_a_year if line.defaulted and age <= 12}
    assert len(observed) > 1_000
    assert {client for client in observed if target[client]} == defaulted & observed


def test_a_default_follows_ninety_days_past_due_and_stays(lines):
    for _, rows in groupby(lines, lambda line: line.reference):
        months = list(rows)
        flags = [line.defaulted for line in months]
        assert flags == sorted(flags)
        assert all(line.defaulted == (line.days_past_due > 90) for line in months)


def test_loans_roll_from_bucket_to_bucket_and_recover(lines):
    days = np.array([line.days_past_due for line in lines])
    defaulted = np.array([line.defaulted for line in lines])
    buckets = bucket(days, defaulted)
    references = np.array([line.reference for line in lines])
    follows = references[:-1] == references[1:]
    rates = roll_rates(roll_counts(buckets[:-1][follows], buckets[1:][follows]))
    assert rates[0, 0] > 0.9
    assert rates[1, 0] > 0.4
    assert 0.2 < rates[1, 2] < 0.5
    assert rates[2, 4] == rates[1, 3] == 0  # no month is skipped
    assert rates[3, 4] > 0.3
    assert rates[4, 4] == 1


def test_a_balance_falls_to_nothing_and_is_frozen_by_a_default(drawn, lines):
    tables = [pq.read_table(drawn / f"application_{side}.parquet") for side in ("train", "test")]
    credit = {
        str(reference): amount
        for table in tables
        for reference, amount in zip(
            table["SK_ID_CURR"].to_pylist(), table["AMT_CREDIT"].to_pylist(), strict=True
        )
    }
    repaid = 0
    for reference, rows in groupby(lines, lambda line: line.reference):
        months = list(rows)
        assert float(months[0].balance) <= credit[reference]
        assert all(line.balance > 0 for line in months[:-1])
        assert len({line.balance for line in months if line.defaulted}) <= 1
        repaid += months[-1].balance == 0
    assert repaid > CLIENTS / 20


def test_the_last_month_moves_everything_and_changes_no_table(make, tmp_path):
    default = make(clients=50)
    call_command("make_portfolio", tmp_path / "out", "--last-month=2025-03", clients=50, seed=7, verbosity=0)
    months = [line.month for line in lines_of(tmp_path / "out")]
    assert max(months) == date(2025, 3, 1)
    for path in default.glob("*.parquet"):
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


@pytest.mark.parametrize("month", ["2026-13", "October", "2026"])
def test_a_month_that_is_none_is_wrong_usage(tmp_path, month):
    with pytest.raises(CommandError):
        call_command(
            "make_portfolio", tmp_path / "out", f"--last-month={month}", clients=5, seed=1, verbosity=0
        )
    assert not (tmp_path / "out").exists()
