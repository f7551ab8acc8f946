"""Blind opinions beside decisions: how often people and model agree, and who changes their mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from django.db.models import Exists, Min, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk.models import BlindOpinion, Decision, ReasonsReading
from creditdesk.models.case import CaseQuerySet
from scoring.ml.metrics.intervals import Estimate, wilson

# Fewer cases than this say more about single cases, and people, than about deciding.
MIN_CASES: Final = 20
_DECIDED: Final = (Decision.Outcome.ACCEPT, Decision.Outcome.REFUSE)


class RateName(NamedTuple):
    code: str
    label: str | Promise


# In the order of the page.
RATES: Final = (
    RateName("agreement", _("Opinion and verdict agree")),
    RateName("switched", _("Decision differs from the opinion given")),
    RateName("followed", _("Of those that differ: the verdict is followed")),
    RateName("against_both", _("Of those that agree: decided otherwise all the same")),
    RateName("unread", _("All decisions: taken without opening the reasons")),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of` with its 95 % interval by Wilson, which is None below MIN_CASES."""

    count: int
    of: int

    @property
    def is_shown(self) -> bool:
        return self.of >= MIN_CASES

    @property
    def estimate(self) -> Estimate | None:
        return Estimate(self.count / self.of, *wilson(self.count, self.of)) if self.is_shown else None


class OpinionRow(NamedTuple):
    """What one person thought of a drawn case, what the verdict was, and what they decided."""

    opinion: str
    verdict: str
    decision: str


@dataclass(frozen=True)
class OpinionFigures:
    """Rates of the opinions, of `drawn` cases.

    Cases without a recommendation (refer) count among the opinions, not among those that agree or differ.
    """

    drawn: int
    rows: list[OpinionRow]

    @classmethod
    def of(cls, cases: CaseQuerySet) -> Self:
        """The opinions whose giver decided the case themselves, by their first decision on it."""
        decisions = (
            Decision.objects.filter(outcome__in=_DECIDED, case__in=cases)
            .filter(
                Exists(BlindOpinion.objects.filter(case=OuterRef("case"), given_by=OuterRef("decided_by")))
            )
            .order_by("-decided_at", "-pk")
        )
        columns = ("case", "decided_by", "outcome")
        decided = {(case, by): outcome for case, by, outcome in decisions.values_list(*columns)}
        opinions = BlindOpinion.objects.filter(case__in=cases).values_list(
            "case", "given_by", "outcome", "assessment__verdict"
        )
        rows = [
            OpinionRow(opinion, verdict, decided[case, by])
            for case, by, opinion, verdict in opinions
            if (case, by) in decided
        ]
        return cls(cases.filter(blind_draw__isnull=False).count(), rows)

    @property
    def agreement(self) -> Rate:
        """Opinions that the verdict then agreed with."""
        clear = [row for row in self.rows if row.verdict != "refer"]
        return _rate([row.opinion == row.verdict for row in clear])

    @property
    def switched(self) -> Rate:
        """Decisions that differ from the opinion of the person who took them."""
        return _rate([row.opinion != row.decision for row in self.rows])

    @property
    def followed(self) -> Rate:
        """Of the opinions that the verdict differed from: decisions that follow the verdict."""
        differing = [row for row in self.rows if row.verdict not in {"refer", row.opinion}]
        return _rate([row.verdict == row.decision for row in differing])

    @property
    def against_both(self) -> Rate:
        """Of the opinions that the verdict agreed with: decisions that differ from both."""
        agreed = [row for row in self.rows if row.verdict == row.opinion]
        return _rate([row.verdict != row.decision for row in agreed])


def _rate(matches: Sequence[bool]) -> Rate:
    return Rate(sum(matches), len(matches))


def decided_unread(cases: CaseQuerySet) -> Rate:
    """Decisions whose person had not opened what is behind the verdict, since the desk records that."""
    since = ReasonsReading.objects.aggregate(first=Min("read_at"))["first"]
    if since is None:
        return Rate(0, 0)
    read = ReasonsReading.objects.filter(
        case=OuterRef("case"), read_by=OuterRef("decided_by"), read_at__lte=OuterRef("decided_at")
    )
    decisions = Decision.objects.filter(
        outcome__in=_DECIDED, case__in=cases, decided_at__gte=since, replaces__isnull=True
    )
    return Rate(decisions.filter(~Exists(read)).count(), decisions.count())
