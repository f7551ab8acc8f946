"""Breakdown of the portfolio by product, advisor or week: charts, their tables, and a CSV of both."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.csv_cells import Line, safe_text
from creditdesk.cases.breakdown import MIN_CASES, CaseRow, Group, case_losses, case_rows, grouped
from creditdesk.cases.small_groups import hidden_groups
from creditdesk.models import MonthlyOutcome
from creditdesk.models.case import CaseQuerySet
from creditdesk.pages.outcomes import figures as outcome_figures
from creditdesk.pages.outcomes.loans import ObservedLoans
from creditdesk.pages.portfolio.period import Period
from scoring.ml.tables.catalogue import column
from scoring.models import LossTable, loss_table_in_force
from scoring.presentation import formatting
from scoring.presentation.figure import Column, Figure, Row

WAYS: Final[Mapping[str, str | Promise]] = {
    "product": _("By product"),
    "advisor": _("By advisor"),
    "week": _("By week"),
}
CSV_HEAD: Final = (
    "group",
    "received",
    "decided",
    "accepted",
    "acceptance_rate",
    "refer_rate",
    "override_rate",
    "median_days_to_decision",
    "expected_loss",
    "realised_loss",
)


@dataclass(eq=False)
class BreakdownPage:
    cases: CaseQuerySet
    period: Period
    by: str

    @property
    def title(self) -> str:
        return str(WAYS[self.by])

    @cached_property
    def table(self) -> LossTable | None:
        return loss_table_in_force()

    @cached_property
    def all_groups(self) -> dict[str, list[CaseRow]]:
        return grouped(case_rows(self.cases, *self.period.bounds), self.by)

    @cached_property
    def groups(self) -> list[Group]:
        """In the order of names or days, never of figures; without the advisors that are hidden."""
        expected, realised = case_losses(self.table) if self.table else ({}, {})
        groups = []
        for key, rows in self.all_groups.items():
            if key in self.hidden_groups:
                continue
            group = Group(self._label(key), rows)
            if self.table:
                group.expected_loss = sum(expected.get(row.key, 0.0) for row in rows)
                group.realised_loss = sum(realised.get(row.key, 0.0) for row in rows)
            groups.append(group)
        return groups

    @cached_property
    def hidden_groups(self) -> set[str]:
        """Advisors of few cases, and those without whom the totals by product or week would tell of them."""
        if self.by != "advisor":
            return set()
        return hidden_groups({name: len(rows) for name, rows in self.all_groups.items()}, MIN_CASES)

    @property
    def figures(self) -> list[Figure]:
        """The charts of the groups, each with its table; that of calibration is of all observed loans."""
        drawn = [self._volume(), self._rates(), self._time()]
        if self.table:
            drawn.append(self._losses())
        if MonthlyOutcome.objects.exists():
            calibration = outcome_figures.calibration(ObservedLoans.on_file())
            drawn += [calibration] if calibration else []
        return drawn

    def csv_lines(self) -> Iterator[str]:
        """A line for each group that is shown; amounts as people read them."""
        writer = csv.writer(Line())
        yield writer.writerow(CSV_HEAD)
        for group in self.groups:
            numbers = (
                group.received,
                group.decided,
                group.accepted,
                group.acceptance,
                group.referral,
                group.override,
                group.median_days,
                _shown(group.expected_loss),
                _shown(group.realised_loss),
            )
            cells = ("" if number is None else repr(number) for number in numbers)
            yield writer.writerow([safe_text(group.label), *cells])

    def _label(self, key: str) -> str:
        if self.by == "week":
            return date_format(date.fromisoformat(key), "j N Y")
        if self.by == "product":
            return formatting.column_in_words(column("application", "NAME_CONTRACT_TYPE"), key)
        return key

    @property
    def _axis(self) -> str:
        names = {"product": gettext("Product"), "advisor": gettext("Advisor"), "week": gettext("Week from")}
        return names[self.by]

    def _figure(self, code: str, title: str, summary: str, y: str, columns: list[Column]) -> Figure:
        rows = [Row(group.label, _VALUES[code](group)) for group in self.groups]
        return Figure(code=code, title=title, summary=summary, x=self._axis, y=y, columns=columns, rows=rows)

    def _volume(self) -> Figure:
        return self._figure(
            "volume",
            gettext("Volume"),
            gettext("Cases by the day they were submitted, and what became of them."),
            gettext("Cases"),
            [
                Column(gettext("received"), "number", 0, "bars"),
                Column(pgettext("cases", "decided"), "number", 0, "bars"),
                Column(pgettext("cases", "accepted"), "number", 0, "bars"),
            ],
        )

    def _rates(self) -> Figure:
        return self._figure(
            "rates",
            gettext("Acceptance, referral and override"),
            gettext("Accepted and overridden of the decided cases; referred of the assessed ones."),
            gettext("Share"),
            [
                Column(gettext("accepted"), "percent", 1, "bars"),
                Column(gettext("refer"), "percent", 1, "bars"),
                Column(gettext("Differ from the verdict"), "percent", 1, "bars"),
                Column(gettext("Decisions"), "number", 0, "table"),
            ],
        )

    def _time(self) -> Figure:
        return self._figure(
            "time",
            gettext("Time to decision"),
            gettext("Median of the days from submission to the final decision."),
            gettext("Days"),
            [
                Column(gettext("Days"), "number", 1, "bars"),
                Column(gettext("Decisions"), "number", 0, "table"),
            ],
        )

    def _losses(self) -> Figure:
        return self._figure(
            "losses",
            gettext("Expected and realised loss"),
            gettext(
                "Expected of the open loans; realised: the lost share of the balance with which a loan "
                "defaulted. In thousands, no accounting figure."
            ),
            gettext("Thousands of {currency}").format(currency=settings.CURRENCY),
            [
                Column(gettext("Expected loss"), "number", 1, "bars"),
                Column(gettext("Realised loss"), "number", 1, "bars"),
            ],
        )


def _shown(amount: float | None) -> float | None:
    return None if amount is None else formatting.shown_amount(amount)


def _thousands(amount: float | None) -> float | None:
    return None if amount is None else formatting.shown_amount(amount) / 1000


_VALUES: Final[Mapping[str, Callable[[Group], Sequence[float | None]]]] = {
    "volume": lambda group: [group.received, group.decided, group.accepted],
    "rates": lambda group: [group.acceptance, group.referral, group.override, group.decided],
    "time": lambda group: [group.median_days, group.decided],
    "losses": lambda group: [_thousands(group.expected_loss), _thousands(group.realised_loss)],
}
