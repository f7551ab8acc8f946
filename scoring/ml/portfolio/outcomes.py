"""Months of repayment after the application, as the bank would observe them, in line with who defaults.

A client with payment difficulties (TARGET 1) defaults within a year: three unpaid months, then 90 days past
due. Others are late now and then, the less punctual payers more often, and a few default later. Nothing of
this was measured on real rows: the competition has no month after the application.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.traits import Columns

MOST_MONTHS = 24
"""Applications are spread evenly over so many months before the last one that is observed."""
MONTHLY_RATE = 0.013
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

# The age in months at which a client of TARGET 1 defaults, and how often.
DEFAULT_AGES = np.arange(4, 13)
DEFAULT_WEIGHTS = np.array([2, 4, 5, 5, 4, 3, 3, 2, 2]) / 30
MISSED_MONTHS = 3
MONTHS_AFTER_DEFAULT = 6
LATER_DEFAULT = 0.04  # of the chance to default in the first year, each month after it
# A sales campaign brings so many of all applications within its quarter, and so many more of them default in
# the first year, in multiples of each client's own chance to.
CAMPAIGN_SHARE = 0.2
CAMPAIGN_DEFAULTS = 5.0
CAMPAIGN_MONTHS = 3
REPAID_EARLY = 0.008  # of the loans that are up to date, each month

# The chance of a first late month by band of payer.
FIRST_LATE = {"1": 0.015, "2": 0.025, "3": 0.04, "4": 0.07, "5": 0.12}
# Where a late loan that does not default stands a month later: up to date, 1 to 30, 31 to 60, 61 to 90 days.
FROM_LATE = np.array([[0.70, 0.12, 0.18, 0.0], [0.45, 0.22, 0.08, 0.25], [0.35, 0.0, 0.35, 0.30]])


class Month(NamedTuple):
    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2026-10". ValueError for anything else."""
        day = date.fromisoformat(f"{text}-01")
        return cls(day.year, day.month)

    @property
    def since_year_0(self) -> int:
        return self.year * 12 + self.number - 1


LAST_MONTH = Month(2026, 10)


def draw(
    rng: np.random.Generator, people: Columns, last: Month = LAST_MONTH, campaign: Month | None = None
) -> dict[str, dict[str, Values]]:
    """The day of each application (`applied`), and a row for each loan and observed month (`outcomes`).

    `people` (n,) are raw applications with TARGET, PAYER_BAND and CHANCE, the chance to default. From the
    month `campaign` on lies a bad vintage: more clients, who default more often than TARGET says.
    """
    size = len(people["SK_ID_CURR"])
    observed = rng.integers(1, MOST_MONTHS + 1, size)
    defaulted_at = _default_ages(rng, people)
    if campaign:
        begun = last.since_year_0 - campaign.since_year_0
        observed, defaulted_at = _with_campaign(rng.spawn(1)[0], people, begun, observed, defaulted_at)
    first = last.since_year_0 - observed
    ages = np.arange(1, MOST_MONTHS + 1)
    days_late = _days_late(rng, people["PAYER_BAND"], defaulted_at)
    balance = _balances(rng, people, days_late, defaulted_at)
    repaid_before = np.column_stack([np.zeros(size, dtype=bool), balance[:, :-1] == 0])
    is_over = repaid_before | (ages > (defaulted_at + MONTHS_AFTER_DEFAULT)[:, None])
    client, column = np.nonzero((ages <= observed[:, None]) & ~is_over)
    return {
        "applied": {
            "SK_ID_CURR": people["SK_ID_CURR"],
            "APPLIED_ON": _application_days(first, rng.integers(0, 28, size), people),
        },
        "outcomes": {
            "reference": people["SK_ID_CURR"][client],
            "month": _month_texts(first[client] + ages[column]),
            "days_past_due": days_late[client, column],
            "balance": balance[client, column],
            "defaulted": (ages[column] >= defaulted_at[client]).astype(np.float64),
        },
    }


def _with_campaign(
    rng: np.random.Generator, people: Columns, begun: int, observed: Ids, defaulted_at: Floats
) -> tuple[Ids, Floats]:
    """Months observed and age of default, (n,) each, with a campaign that began so many months ago."""
    size = len(observed)
    within = np.where(
        rng.random(size) < CAMPAIGN_SHARE, begun - rng.integers(0, CAMPAIGN_MONTHS, size), observed
    )
    drawn = rng.random(size) < people["CHANCE"] * CAMPAIGN_DEFAULTS
    defaults = (within <= begun) & (within > begun - CAMPAIGN_MONTHS) & drawn
    ages = rng.choice(DEFAULT_AGES, size, p=DEFAULT_WEIGHTS)
    return within, np.where(defaults, np.minimum(defaulted_at, ages), defaulted_at)


def _default_ages(rng: np.random.Generator, people: Columns) -> Floats:
    """(n,) months after the application, infinite for who does not default."""
    size = len(people["TARGET"])
    first_year = rng.choice(DEFAULT_AGES, size, p=DEFAULT_WEIGHTS)
    hazard = np.clip(people["CHANCE"] * LATER_DEFAULT, 1e-9, 1.0)
    later = DEFAULT_AGES[-1] + np.ceil(np.log(rng.random(size)) / np.log1p(-hazard))
    return np.where(people["TARGET"] == 1, first_year, later)


def _days_late(rng: np.random.Generator, band: Values, defaulted_at: Floats) -> Floats:
    """(n, MOST_MONTHS) days past due at the end of each month."""
    size = len(band)
    first_late = np.array([FIRST_LATE[name] for name in band])
    slide = rng.integers(5, 30, size)
    late = np.zeros((size, MOST_MONTHS))
    state: Ids = np.zeros(size, dtype=np.int64)
    for column in range(MOST_MONTHS):
        chances = np.where((state == 0)[:, None], 0.0, FROM_LATE[np.maximum(state - 1, 0)])
        chances[state == 0, 0], chances[state == 0, 1] = 1 - first_late[state == 0], first_late[state == 0]
        limits = np.cumsum(chances, axis=1)[:, :-1]
        state = (rng.random(size)[:, None] >= limits).sum(axis=1)
        temporary = np.where(state > 0, 30 * (state - 1) + rng.integers(1, 31, size), 0)
        missed = column + 1 - (defaulted_at - MISSED_MONTHS)
        late[:, column] = np.where(missed >= 0, slide + 30 * np.maximum(missed, 0.0), temporary)
    return late


def _balances(rng: np.random.Generator, people: Columns, days_late: Floats, defaulted_at: Floats) -> Floats:
    """(n, MOST_MONTHS) what is still owed: the schedule of equal instalments, less what was not paid."""
    credit, annuity = people["AMT_CREDIT"][:, None], people["AMT_ANNUITY"][:, None]
    ages = np.arange(1, MOST_MONTHS + 1)
    paid = np.maximum(ages - np.ceil(days_late / 30), 0.0)
    grown = (1 + MONTHLY_RATE) ** paid
    owed = np.round(np.maximum(credit * grown - annuity * (grown - 1) / MONTHLY_RATE, 0.0), 2)
    in_time = (days_late == 0) & (owed > 0) & (defaulted_at > MOST_MONTHS)[:, None]
    early = (rng.random(owed.shape) < REPAID_EARLY) & in_time
    return np.where(np.maximum.accumulate(early, axis=1), 0.0, owed)


def _application_days(first: Ids, day: Ids, people: Columns) -> Values:
    """(n,) ISO dates in the month `first`, on the weekday of the form."""
    weekdays = {name: number for number, name in enumerate(WEEKDAYS)}
    forms = people["WEEKDAY_APPR_PROCESS_START"]
    return np.array(
        [
            _on_weekday(date(month // 12, month % 12 + 1, 1 + int(offset)), weekdays[form]).isoformat()
            for month, offset, form in zip(first.tolist(), day, forms, strict=True)
        ],
        dtype=object,
    )


def _on_weekday(day: date, weekday: int) -> date:
    """The same weekday of that week, or of the one after or before where the month ends."""
    moved = day + timedelta(days=weekday - day.weekday())
    if moved.month == day.month:
        return moved
    return moved + timedelta(days=7 if moved < day else -7)


def _month_texts(months: Ids) -> Values:
    names, codes = np.unique(months, return_inverse=True)
    texts = np.array([f"{month // 12}-{month % 12 + 1:02d}" for month in names.tolist()], dtype=object)
    return texts[codes] if len(texts) else np.array([], dtype=object)
