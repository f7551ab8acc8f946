"""Figures of the outcomes page, each drawn from the table below it."""

from datetime import date
from typing import Final

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext

from creditdesk.pages.outcomes.loans import Integers, ObservedLoans
from scoring.ml.metrics.intervals import wilson
from scoring.ml.metrics.vintages import cumulative_default_rates, roll_rates
from scoring.presentation.figure import Column, Figure, Row

# The palette has four colours: the newest vintages are drawn solid, those before them dashed.
MAX_DRAWN_VINTAGES: Final = 8
SOLID_VINTAGES: Final = 4
MAX_AGE: Final = 24
CALIBRATION_BINS: Final = 10


def vintage_name(month: int, *, is_quarterly: bool) -> str:
    """Return the month or quarter that a vintage begins with, in the reader's language."""
    year, number = divmod(month, 12)
    if is_quarterly:
        return gettext("{year} Q{quarter}").format(year=year, quarter=number // 3 + 1)
    return date_format(date(year, number + 1, 1), "N Y")


def vintages(loans: ObservedLoans) -> Figure:
    grouped = loans.by_vintage
    oldest = min(int(grouped.last_ages.max()), MAX_AGE)
    rates = cumulative_default_rates(grouped, oldest)
    drawn = range(max(len(rates) - MAX_DRAWN_VINTAGES, 0), len(rates))
    names = [vintage_name(int(loans.vintage_months[v]), is_quarterly=loans.is_quarterly) for v in drawn]
    return Figure(
        code="vintages",
        title=gettext("Defaults by age of the loan"),
        summary=gettext(
            "Share of the loans of each vintage in default so many months after the application."
        ),
        x=gettext("Months after the application"),
        y=gettext("Share that has defaulted"),
        columns=[
            Column(name, "percent", 1, "line" if position >= len(names) - SOLID_VINTAGES else "dashed")
            for position, name in enumerate(names)
        ],
        rows=[Row(float(age), [_or_none(rates[v, age]) for v in drawn]) for age in range(oldest + 1)],
        is_numeric=True,
        x_form="number",
        notes=[gettext("A vintage is drawn up to the age that all of its loans have reached.")],
    )


def calibration(loans: ObservedLoans) -> Figure | None:
    """Return the observed default rate of ten equally full groups, against the mean probability of each."""
    usable = np.flatnonzero(loans.is_mature & ~np.isnan(loans.probability))
    if len(usable) < CALIBRATION_BINS * 10:
        return None
    order = usable[np.argsort(loans.probability[usable], kind="stable")]
    rows = []
    for group in np.array_split(order, CALIBRATION_BINS):
        defaults = int(loans.has_defaulted[group].sum())
        low, high = wilson(defaults, len(group))
        expected = float(loans.probability[group].mean())
        rows.append(Row(expected, [defaults / len(group), low, high, float(len(group))]))
    return Figure(
        code="calibration",
        title=gettext("Promised and observed"),
        summary=gettext("Default rate of ten equally large groups of loans, by their probability."),
        x=gettext("Probability of default at the assessment"),
        y=gettext("Share that defaulted"),
        columns=[
            Column(gettext("observed"), "percent", 1, "points"),
            Column(gettext("low"), "percent", 1, "edge"),
            Column(gettext("high"), "percent", 1, "edge"),
            Column(gettext("Loans"), "number", 0, "table"),
        ],
        rows=rows,
        is_numeric=True,
        has_diagonal=True,
    )


def rolls(counts: Integers) -> Figure:
    rates = roll_rates(counts)
    names = bucket_names()
    return Figure(
        code="rolls",
        title=gettext("From one month to the next"),
        summary=gettext("Where loans that were up to date, late or in default stood a month later."),
        x=gettext("In a month"),
        y=gettext("Share a month later"),
        columns=[Column(name, "percent", 1, "bars") for name in names],
        rows=[Row(name, [_or_none(rate) for rate in rates[row]]) for row, name in enumerate(names)],
        is_stacked=True,
        palette=("accept-fill", "focus", "refer-fill", "line-strong", "refuse-fill"),
    )


def bucket_names() -> list[str]:
    return [
        gettext("up to date"),
        gettext("1 to 30 days"),
        gettext("31 to 60 days"),
        gettext("61 to 90 days"),
        gettext("default"),
    ]


def _or_none(rate: float) -> float | None:
    return None if np.isnan(rate) else float(rate)
