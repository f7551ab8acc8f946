"""Portfolio page: what a period brought, and how long cases have waited."""

from dataclasses import dataclass
from functools import cached_property

from creditdesk.models.case import CaseQuerySet
from creditdesk.pages.portfolio.counts import Ageing, ageing
from creditdesk.pages.portfolio.figures import trend
from creditdesk.pages.portfolio.period import Flow, OverrideReason, Period, override_reasons
from scoring.presentation.figure import Figure


@dataclass(eq=False)
class PortfolioPage:
    cases: CaseQuerySet
    period: Period

    @property
    def has_no_case(self) -> bool:
        return not self.cases.exists()

    @property
    def figures(self) -> list[Figure]:
        """Return the trends of the period, each with its table."""
        return trend(self.cases, self.period)

    @cached_property
    def flow(self) -> Flow:
        return Flow.of(self.cases, self.period)

    @cached_property
    def flow_before(self) -> Flow | None:
        """The same of the period of equal length before."""
        before = self.period.before
        return Flow.of(self.cases, before) if before else None

    @cached_property
    def override_reasons(self) -> list[OverrideReason]:
        return override_reasons(self.cases, self.period)

    @cached_property
    def ageing(self) -> list[Ageing]:
        return list(ageing(self.cases))
