"""Every client of the demo, as a banker reads them: amounts in euros, and nothing to laugh at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from creditdesk.demo import CLIENTS
from creditdesk.demo.clients import SEED
from scoring.ml.portfolio.per_client import PerClient
from scoring.ml.portfolio.rows import read

ROOT = Path(__file__).parents[3]
NO_EMPLOYMENT = 365243.0
Rows = Mapping[str, Any]


def scale_of_the_demo() -> float:
    (line,) = (line for line in (ROOT / "bin/serve-demo").read_text().splitlines() if "AMOUNT_SCALE" in line)
    return float(line.split(":-")[1].rstrip("}"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> dict[str, Rows]:
    out = tmp_path_factory.mktemp("demo") / "out"
    call_command("make_portfolio", out, clients=CLIENTS, seed=SEED, verbosity=0)
    return {path.stem: read(path) for path in out.glob("*.parquet")}


@pytest.fixture(scope="module")
def people(tables) -> Rows:
    sides = [tables[f"application_{side}"] for side in ("train", "test")]
    everybody = {name: np.concatenate([side[name] for side in sides]) for name in sides[1]}
    euros = {
        name: values * scale_of_the_demo() for name, values in everybody.items() if is_amount(name, values)
    }
    assert len(everybody["SK_ID_CURR"]) == CLIENTS
    return everybody | euros


def is_amount(name: str, values: Any) -> bool:
    return name.startswith("AMT_") and not name.startswith("AMT_REQ") and values.dtype != object


def total(tables: Mapping[str, Rows], people: Rows, column: str, *, mortgages: bool = True) -> Any:
    """What each client still owes or pays to other lenders, in euros."""
    credits = tables["bureau"]
    counted = credits["CREDIT_ACTIVE"] != "Closed"
    if not mortgages:
        counted &= credits["CREDIT_TYPE"] != "Mortgage"
    per_client = PerClient(people["SK_ID_CURR"].astype(np.int64), credits["SK_ID_CURR"].astype(np.int64))
    return per_client.sum(np.where(counted, credits[column], 0.0)) * scale_of_the_demo()


def test_amounts_are_those_of_a_european_bank(people):
    for name, low, high in (
        ("AMT_INCOME_TOTAL", 2_000, 4_000),
        ("AMT_CREDIT", 6_000, 15_000),
        ("AMT_ANNUITY", 300, 700),
        ("AMT_GOODS_PRICE", 5_000, 14_000),
    ):
        assert low < np.nanmedian(people[name]) < high, name
    assert people["AMT_INCOME_TOTAL"].min() > 600
    assert people["AMT_INCOME_TOTAL"].max() < 25_000
    assert np.nanmax(people["AMT_CREDIT"]) < 75_000


def test_a_banker_finds_nothing_to_laugh_at(tables, people):
    income, instalment = people["AMT_INCOME_TOTAL"], people["AMT_ANNUITY"]
    age, in_the_job = -people["DAYS_BIRTH"] / 365.25, -people["DAYS_EMPLOYED"] / 365.25
    works = people["DAYS_EMPLOYED"] != NO_EMPLOYMENT
    elsewhere = total(tables, people, "AMT_ANNUITY")
    debt = total(tables, people, "AMT_CREDIT_SUM_DEBT")
    findings = {
        "instalment above two fifths of the income": instalment > 0.41 * income,
        "instalments everywhere above two thirds of the income": instalment + elsewhere > 0.67 * income,
        "debt elsewhere above three years of income": debt > 36.1 * income,
        "debt without mortgage above two years of income": total(
            tables, people, "AMT_CREDIT_SUM_DEBT", mortgages=False
        )
        > 36.1 * income,
        "instalments that do not repay the credit in seven years": instalment * 84 < people["AMT_CREDIT"],
        "credit repaid within half a year": instalment * 6 > people["AMT_CREDIT"],
        "credit far above the price": people["AMT_CREDIT"] > 1.6 * people["AMT_GOODS_PRICE"],
        "no adult": age < 18,
        "older than seventy": age > 70,
        "hired as a child": works & (age - in_the_job < 16),
        "young pensioner": (people["NAME_INCOME_TYPE"] == "Pensioner") & (age < 45),
        "pensioner with an employer": (people["NAME_INCOME_TYPE"] == "Pensioner") & works,
        "more children than years allow": people["CNT_CHILDREN"] > (age - 17) / 2,
        "car older than its driver": people["OWN_CAR_AGE"] > 30,
        "identity document older than its owner": people["DAYS_ID_PUBLISH"] < people["DAYS_BIRTH"],
    }
    laughed_at = {
        finding: people["SK_ID_CURR"][rows].astype(int).tolist()
        for finding, rows in findings.items()
        if np.any(rows)
    }
    assert not laughed_at


def test_no_past_loan_was_an_absurd_one(tables, people):
    contracts, credits = tables["previous_application"], tables["bureau"]
    income = dict(zip(people["SK_ID_CURR"], people["AMT_INCOME_TOTAL"], strict=True))
    born = dict(zip(people["SK_ID_CURR"], people["DAYS_BIRTH"], strict=True))
    monthly = np.array([income[reference] for reference in contracts["SK_ID_CURR"]])
    assert np.nanmax(contracts["AMT_ANNUITY"] * scale_of_the_demo() / monthly) < 0.41
    for rows, day in ((contracts, "DAYS_DECISION"), (credits, "DAYS_CREDIT")):
        birth = np.array([born[reference] for reference in rows["SK_ID_CURR"]])
        assert ((rows[day] - birth) / 365.25).min() > 17.9
    assert np.nanmin(credits["AMT_CREDIT_SUM_DEBT"]) >= 0
    lent = np.nan_to_num(credits["AMT_CREDIT_SUM"])
    assert (np.nan_to_num(credits["AMT_CREDIT_SUM_DEBT"]) <= 1.06 * lent + 4.5).all()
