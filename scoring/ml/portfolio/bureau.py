"""Credits at other lenders: what is measured of them by risk band, and how new ones are drawn."""

from typing import Any

import numpy as np

from scoring.ml.portfolio import budget
from scoring.ml.portfolio.application import MONEY_STEP
from scoring.ml.portfolio.bands import NO_HISTORY
from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.per_client import PerClient, ratio, spread
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns, Sheet, Trait

FIRST_CREDIT = 7_000_001  # above every real SK_ID_BUREAU, so that the two can live in one database
LONGEST = 31_000.0  # days; some lenders write the year 2100 for "no end"
AGES = (-1500.0, -700.0, -300.0)
OVERDUE = (0.5,)
MOST_OWED = 1.05  # of the credit, with interest
FEW_TO_MANY = (1.5, 4.5, 9.5)
GIVEN = ("SK_ID_CURR", "BUREAU_BAND", "TARGET", "AMT_INCOME_TOTAL", "DAYS_BIRTH")
AMOUNTS = (
    "AMT_CREDIT_SUM",
    "AMT_CREDIT_SUM_DEBT",
    "AMT_CREDIT_SUM_LIMIT",
    "AMT_CREDIT_SUM_OVERDUE",
    "AMT_CREDIT_MAX_OVERDUE",
    "AMT_ANNUITY",
)

CLIENT_TRAITS = (
    Trait("CREDITS", given=("BUREAU_BAND", "TARGET")),
    Trait("ANNUITY_REPORTED", given=("BUREAU_BAND",)),
    Trait("MONTHS_REPORTED", given=("BUREAU_BAND",)),
)
CREDIT_TRAITS = (
    Trait("CREDIT_TYPE", given=("BUREAU_BAND", "TARGET", "CREDIT_GROUP"), keep_rest=True),
    Trait("CREDIT_ACTIVE", given=("CREDIT_TYPE", "TARGET", "BUREAU_BAND", "CREDIT_GROUP"), keep_rest=True),
    Trait("CREDIT_CURRENCY"),
    Trait("DAYS_CREDIT", given=("CREDIT_ACTIVE", "TARGET", "BUREAU_BAND", "CREDIT_GROUP"), edges=AGES),
    Trait("PLANNED_DAYS", given=("CREDIT_ACTIVE", "CREDIT_TYPE", "DAYS_CREDIT"), knots=30),
    Trait("CLOSED_AFTER_PLAN", given=("CREDIT_TYPE",), masked=True),
    Trait("LAST_MONTH_SHARE", given=("CREDIT_ACTIVE",), masked=True),
    Trait("UPDATE_LAG", given=("CREDIT_ACTIVE",)),
    Trait("AMT_CREDIT_SUM", given=("CREDIT_TYPE", "BUREAU_BAND"), knots=40),
    Trait("DEBT_SHARE", given=("CREDIT_ACTIVE", "CREDIT_TYPE", "TARGET", "BUREAU_BAND"), knots=30),
    Trait("AMT_CREDIT_SUM_LIMIT", given=("CREDIT_TYPE", "CREDIT_ACTIVE"), knots=30),
    Trait("CREDIT_DAY_OVERDUE", given=("BUREAU_BAND",), edges=OVERDUE),
    Trait("AMT_CREDIT_SUM_OVERDUE", given=("CREDIT_DAY_OVERDUE",)),
    Trait("AMT_CREDIT_MAX_OVERDUE", given=("CREDIT_TYPE", "BUREAU_BAND", "TARGET"), knots=30),
    Trait("CNT_CREDIT_PROLONG", given=("BUREAU_BAND",)),
    Trait("ANNUITY_SHARE", given=("ANNUITY_REPORTED", "CREDIT_ACTIVE"), knots=30),
)


def summary(credits: Columns, months: Columns, references: Ids) -> tuple[dict[str, Floats], PerClient]:
    """What the bureau tells about each of `references` (n,), in a few numbers."""
    per_client = PerClient(references, credits["SK_ID_CURR"].astype(np.int64))
    active = credits["CREDIT_ACTIVE"] == "Active"
    debt = np.where(active, credits["AMT_CREDIT_SUM_DEBT"], 0.0)
    late = np.isin(months["STATUS"].astype(str), tuple("12345"))
    monthly = PerClient(credits["SK_ID_BUREAU"].astype(np.int64), months["SK_ID_BUREAU"].astype(np.int64))
    measured = {
        "CREDITS": per_client.rows.astype(np.float64),
        "ACTIVE": per_client.sum(active),
        "ACTIVE_SHARE": per_client.mean(active),
        "NEWEST": per_client.max(credits["DAYS_CREDIT"]),
        "AGE": per_client.mean(credits["DAYS_CREDIT"]),
        "DEBT": per_client.sum(debt),
        "DEBT_RATIO": ratio(
            per_client.sum(debt), per_client.sum(np.where(active, credits["AMT_CREDIT_SUM"], 0.0))
        ),
        "MAX_OVERDUE": per_client.max(credits["AMT_CREDIT_MAX_OVERDUE"]),
        "OVERDUE": per_client.max(credits["CREDIT_DAY_OVERDUE"] > 0),
        "CARD_SHARE": per_client.mean(credits["CREDIT_TYPE"] == "Credit card"),
        "MICRO_SHARE": per_client.mean(credits["CREDIT_TYPE"] == "Microloan"),
        "LATE_SHARE": per_client.mean(ratio(monthly.sum(late), monthly.rows)),
    }
    return measured, per_client


def fold_clients(credits: Columns, months: Columns, references: Ids) -> dict[str, Values]:
    """The client traits of `references` (n,), beside their band."""
    per_client = PerClient(references, credits["SK_ID_CURR"].astype(np.int64))
    reported = np.isin(credits["SK_ID_BUREAU"], months["SK_ID_BUREAU"])
    return {
        "CREDITS": per_client.rows.astype(np.float64),
        "ANNUITY_REPORTED": _yes(per_client.max(~np.isnan(credits["AMT_ANNUITY"]))),
        "MONTHS_REPORTED": _yes(per_client.max(reported)),
    }


def fold(credits: Columns, months: Columns, clients: Columns, owner: Ids) -> dict[str, Values]:
    """The credit traits of real credits (n,); `owner` (n,) is the row of each one's client in `clients`."""
    monthly = PerClient(credits["SK_ID_BUREAU"].astype(np.int64), months["SK_ID_BUREAU"].astype(np.int64))
    newest, oldest = monthly.max(months["MONTHS_BALANCE"]), -monthly.max(-months["MONTHS_BALANCE"])
    closed = credits["CREDIT_ACTIVE"] == "Closed"
    amount = credits["AMT_CREDIT_SUM"]
    planned = credits["DAYS_CREDIT_ENDDATE"] - credits["DAYS_CREDIT"]
    plausible = np.where(np.abs(planned) < LONGEST, planned, np.nan)
    lag = np.where(
        closed, credits["DAYS_CREDIT_UPDATE"] - credits["DAYS_ENDDATE_FACT"], -credits["DAYS_CREDIT_UPDATE"]
    )
    return {
        **credits,
        "TARGET": clients["TARGET"][owner],
        "BUREAU_BAND": clients["BUREAU_BAND"][owner],
        "CREDIT_GROUP": size_group(clients["CREDITS"])[owner],
        "ANNUITY_REPORTED": clients["ANNUITY_REPORTED"][owner],
        "PLANNED_DAYS": planned,
        "CLOSED_AFTER_PLAN": np.where(
            closed, credits["DAYS_ENDDATE_FACT"] - credits["DAYS_CREDIT"] - plausible, np.nan
        ),
        "LAST_MONTH_SHARE": ratio(newest, oldest),
        "UPDATE_LAG": np.where(np.isnan(lag) | (lag < 0), 0.0, lag),
        "DEBT_SHARE": np.clip(ratio(credits["AMT_CREDIT_SUM_DEBT"], amount), -0.5, 2.0),
        "ANNUITY_SHARE": ratio(credits["AMT_ANNUITY"], amount),
    }


def draw(
    sheets: tuple[Sheet, Sheet], rng: np.random.Generator, clients: Columns, first: int
) -> dict[str, Values]:
    """New credits of `clients` (n,), of whom GIVEN is known, numbered from `first`; with MONTHS_REPORTED and
    BUREAU_BAND beside the raw columns."""
    client_sheet, credit_sheet = sheets
    with_history = clients["BUREAU_BAND"] != NO_HISTORY
    given = {name: clients[name][with_history] for name in GIVEN}
    drawn = client_sheet.draw(rng, given, int(with_history.sum()))
    owner, _ = spread(np.maximum(np.round(drawn["CREDITS"]), 1))
    theirs = take(drawn | {"CREDIT_GROUP": size_group(drawn["CREDITS"])}, owner)
    credits = unfold(credit_sheet.draw(rng, theirs, len(owner)))
    return {
        **_within_income(credits, given),
        "SK_ID_BUREAU": np.arange(first, first + len(owner), dtype=np.float64),
    }


def unfold(traits: Columns) -> dict[str, Values]:
    """The raw columns of drawn credits: dates in order, amounts in the bank's steps."""
    grown_up = budget.came_of_age(traits["DAYS_BIRTH"])
    start = np.minimum(np.maximum(np.round(traits["DAYS_CREDIT"]), grown_up), -1.0)
    end = np.round(start + np.clip(traits["PLANNED_DAYS"], 0.0, LONGEST))
    closed = traits["CREDIT_ACTIVE"] == "Closed"
    plan = np.where(np.isnan(end), start / 2, end)
    finished = np.clip(np.round(plan + traits["CLOSED_AFTER_PLAN"]), start, -1.0)
    lag = np.round(traits["UPDATE_LAG"])
    amount = money(np.maximum(traits["AMT_CREDIT_SUM"], 0.0))
    debt = money(amount * np.clip(traits["DEBT_SHARE"], 0.0, MOST_OWED))
    share = budget.instalment_share(traits["ANNUITY_SHARE"], end - start)
    return {
        **traits,
        "DAYS_CREDIT": start,
        "DAYS_CREDIT_ENDDATE": end,
        "DAYS_ENDDATE_FACT": np.where(closed, finished, np.nan),
        "DAYS_CREDIT_UPDATE": np.where(closed, np.minimum(finished + lag, 0.0), np.maximum(-lag, start)),
        "CREDIT_DAY_OVERDUE": np.round(traits["CREDIT_DAY_OVERDUE"]),
        "CNT_CREDIT_PROLONG": np.round(traits["CNT_CREDIT_PROLONG"]),
        "AMT_CREDIT_SUM": amount,
        "AMT_CREDIT_SUM_DEBT": debt,
        "AMT_CREDIT_SUM_LIMIT": money(traits["AMT_CREDIT_SUM_LIMIT"]),
        "AMT_CREDIT_SUM_OVERDUE": np.minimum(money(traits["AMT_CREDIT_SUM_OVERDUE"]), np.nan_to_num(debt)),
        "AMT_CREDIT_MAX_OVERDUE": np.minimum(money(traits["AMT_CREDIT_MAX_OVERDUE"]), amount),
        "AMT_ANNUITY": money(amount * share),
    }


def _within_income(credits: Columns, clients: Columns) -> dict[str, Values]:
    """The credits with amounts that lenders grant on their clients' incomes."""
    debts = budget.scale_of_debts(credits, clients)
    scaled = {**credits, **{name: money(credits[name] * debts) for name in AMOUNTS}}
    instalments = budget.scale_of_instalments(scaled, clients)
    return {**scaled, "AMT_ANNUITY": money(scaled["AMT_ANNUITY"] * instalments)}


def size_group(counts: Floats) -> Values:
    """A client's rows as one of four groups: those who have many are not like those who have one."""
    return np.digitize(counts, FEW_TO_MANY).astype(str).astype(object)


def money(values: Any) -> Floats:
    """Amounts in whole steps of the scaled currency."""
    return np.asarray(np.round(values / MONEY_STEP) * MONEY_STEP)


def _yes(flags: Floats) -> Values:
    return np.where(flags > 0, "1", "0").astype(object)
