"""Figures of the portfolio page, each drawn from the table below it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from creditdesk.models.case import CaseQuerySet
from creditdesk.pages.portfolio.counts import Bin
from creditdesk.pages.portfolio.period import Period, decisions_in
from scoring.presentation import formatting
from scoring.presentation.figure import Column, Figure, Row
from scoring.presentation.formatting import percent

BIN_WIDTH: Final = 0.02
BINS: Final = 25  # the last one is open: everything from 48 % up


class Interval(NamedTuple):
    """What one week or month of a trend brought."""

    first: date
    received: int
    decided: int
    overrides: int
    accepted: float


def trend(cases: CaseQuerySet, period: Period) -> list[Figure]:
    """Return cases, money and overrides of a period by week, or by month where it is long."""
    intervals = list(_intervals(cases, period))
    unit = gettext("Week from") if period.is_by_week else gettext("Month")
    shape = "j N" if period.is_by_week else "N Y"
    names = [date_format(interval.first, shape) for interval in intervals]
    return [
        Figure(
            code="received",
            title=gettext("Cases received and decided"),
            summary=gettext("Cases by the day they were submitted, decisions by the day they were taken."),
            x=unit,
            y=gettext("Cases"),
            columns=[
                Column(gettext("received"), "number", 0, "bars"),
                Column(pgettext("cases", "decided"), "number", 0, "bars"),
            ],
            rows=[
                Row(name, [interval.received, interval.decided])
                for name, interval in zip(names, intervals, strict=True)
            ],
        ),
        Figure(
            code="accepted",
            title=gettext("Credit accepted"),
            summary=gettext("Credits of the accepted cases, in thousands."),
            x=unit,
            y=gettext("Thousands of {currency}").format(currency=settings.CURRENCY),
            columns=[Column(gettext("Thousands"), "number", 0, "bars")],
            rows=[
                Row(name, [formatting.shown_amount(float(interval.accepted)) / 1000])
                for name, interval in zip(names, intervals, strict=True)
            ],
        ),
        Figure(
            code="overrides",
            title=gettext("Decisions that differ from the verdict"),
            summary=gettext("Share of the decisions taken; a period without decisions has no point."),
            x=unit,
            y=gettext("Share of decisions"),
            columns=[
                Column(gettext("Share of decisions"), "percent", 1, "points"),
                Column(gettext("Decisions"), "number", 0, "table"),
            ],
            rows=[
                Row(
                    name,
                    [interval.overrides / interval.decided if interval.decided else None, interval.decided],
                )
                for name, interval in zip(names, intervals, strict=True)
            ],
        ),
    ]


def distribution(bins: Sequence[Bin], threshold: float | None) -> Figure:
    """Return the probabilities of the newest assessments, with the threshold in use."""
    summary = gettext("Newest assessment of each case, in steps of two points.")
    if threshold is not None:
        summary += " " + gettext("The model refuses from {threshold} on.").format(
            threshold=percent(threshold, 2)
        )
    # A place on the axis is the middle of its bin.
    position = None if threshold is None else min(threshold / BIN_WIDTH, BINS) - 0.5
    return Figure(
        code="distribution",
        title=gettext("Probability of default"),
        summary=summary,
        x=gettext("Probability of default"),
        y=gettext("Cases"),
        columns=[
            Column(gettext("accept"), "number", 0, "bars"),
            Column(gettext("refuse"), "number", 0, "bars"),
            Column(gettext("refer"), "number", 0, "bars"),
        ],
        rows=[Row(_range(bin_), [bin_.accept, bin_.refuse, bin_.refer]) for bin_ in bins],
        markers=[] if position is None else [(position, gettext("threshold"))],
        is_stacked=True,
        palette=("accept-fill", "refuse-fill", "refer-fill"),
    )


def _range(bin_: Bin) -> str:
    low = percent(bin_.low, 0)
    if bin_.high is None:
        return gettext("%(low)s and more") % {"low": low}
    return f"{low} – {percent(bin_.high, 0)}"


def _intervals(cases: CaseQuerySet, period: Period) -> Iterator[Interval]:
    truncated = TruncWeek if period.is_by_week else TruncMonth
    start, end = period.bounds
    received = dict(
        cases.filter(submitted_at__gte=start, submitted_at__lt=end)
        .order_by()
        .values_list(truncated("submitted_at"))
        .annotate(n=Count("pk"))
    )
    decided = {
        first: counts
        for first, *counts in decisions_in(cases, period)
        .order_by()
        .values_list(truncated("decided_at"))
        .annotate(
            n=Count("pk"),
            overrides=Count("pk", filter=Q(is_override=True)),
            accepted=Sum("case__amount_credit", filter=Q(outcome="accept")),
        )
    }
    by_day = {moment.date(): n for moment, n in received.items()}
    decided_by_day = {moment.date(): counts for moment, counts in decided.items()}
    for first in _starts(period):
        decisions, overrides, accepted = decided_by_day.get(first, (0, 0, None))
        yield Interval(first, by_day.get(first, 0), decisions, overrides, float(accepted or 0))


def _starts(period: Period) -> Iterator[date]:
    """Yield the first days of the weeks or months of a period, also of those in which nothing happened."""
    day = period.first
    day = day - timedelta(days=day.weekday()) if period.is_by_week else day.replace(day=1)
    while day <= period.end:
        yield day
        day = day + timedelta(days=7) if period.is_by_week else (day + timedelta(days=32)).replace(day=1)
