"""Outcomes page: what was promised of loans, and what came true."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.conf import settings

from creditdesk.pages.outcomes import figures
from creditdesk.pages.outcomes.loans import ObservedLoans, roll_counts_on_file
from creditdesk.pages.outcomes.performance import OverrideOutcome, VersionOutcome, by_version, overrides
from scoring import engine, policies
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.metrics.vintages import VintageTest, vintage_tests
from scoring.ml.model.folder import ModelUnavailable
from scoring.presentation.figure import Figure


class Vintage(NamedTuple):
    """A vintage that was compared with the others: its name, and the comparison."""

    name: str
    test: VintageTest


@dataclass(eq=False)
class OutcomesPage:
    loans: ObservedLoans

    @cached_property
    def costs(self) -> Costs:
        """Costs of the policy in force, else of the version in use; the usual ones while none is."""
        try:
            return policies.costs_of(engine.current(), policies.in_force())
        except ModelUnavailable:
            return DEFAULT_COSTS

    @property
    def horizon(self) -> int:
        """Months after the application within which a default counts."""
        return int(settings.OUTCOME_MONTHS)

    @cached_property
    def mature(self) -> int:
        return int(self.loans.is_mature.sum())

    @cached_property
    def defaults(self) -> int:
        return int((self.loans.is_mature & self.loans.has_defaulted).sum())

    @cached_property
    def versions(self) -> list[VersionOutcome]:
        return list(by_version(self.loans, self.costs))

    @cached_property
    def overrides(self) -> list[OverrideOutcome]:
        return overrides(self.loans, self.costs)

    @cached_property
    def vintages(self) -> list[Vintage]:
        """The vintages that are old enough to compare, the newest first."""
        months, is_quarterly = self.loans.vintage_months, self.loans.is_quarterly
        return [
            Vintage(figures.vintage_name(int(months[test.vintage]), is_quarterly=is_quarterly), test)
            for test in reversed(vintage_tests(self.loans.by_vintage))
        ]

    @property
    def unusual(self) -> list[Vintage]:
        return [vintage for vintage in self.vintages if vintage.test.is_unusual]

    @cached_property
    def figures(self) -> list[Figure]:
        drawn = [figures.calibration(self.loans), figures.vintages(self.loans)]
        return [figure for figure in (*drawn, figures.rolls(roll_counts_on_file())) if figure]
