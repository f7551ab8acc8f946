"""The contributions of an assessment as bars and numbers that visibly add up."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditdesk import charts, wording
from creditdesk.models.assessment import Contribution
from creditdesk.reasons.first import SHOWN
from scoring.ml.features import catalogue

DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature: what the client has, and how far it moves the log-odds."""

    feature: str
    label: str
    group: str
    value: str
    contribution: float
    bar: charts.Bar

    @property
    def towards(self) -> str:
        return towards(self.contribution)

    @property
    def amount(self) -> str:
        return wording.signed(self.contribution, DECIMALS)


@dataclass(frozen=True, slots=True)
class Explanation:
    """base + the reasons shown + all the others = total, exactly and also in the rounded numbers."""

    reasons: tuple[Reason, ...]
    base: float
    others: float
    others_count: int
    others_bar: charts.Bar
    others_amount: str
    total: float

    @property
    def base_amount(self) -> str:
        return wording.signed(self.base, DECIMALS)

    @property
    def total_amount(self) -> str:
        return wording.signed(self.total, DECIMALS)

    @property
    def others_towards(self) -> str:
        return towards(self.others)


def towards(contribution: float) -> str:
    return "refuse" if contribution > 0 else "accept" if contribution < 0 else "neither"


def explanation(
    contributions: Sequence[Contribution], base: float, history_rows: Mapping[str, int]
) -> Explanation:
    """The largest contributions first; `contributions` come sorted by size."""
    shown, others = contributions[:SHOWN], contributions[SHOWN:]
    rest = math.fsum(item.contribution for item in others)
    total = math.fsum((base, *(item.contribution for item in contributions)))
    largest = max(abs(amount) for amount in (rest, *(item.contribution for item in shown)))
    return Explanation(
        reasons=tuple(_reason(item, largest, history_rows) for item in shown),
        base=base,
        others=rest,
        others_count=len(others),
        others_bar=charts.bar(rest, largest),
        others_amount=wording.signed(_remainder(total, base, shown), DECIMALS),
        total=total,
    )


def every_reason(contributions: Sequence[Contribution], history_rows: Mapping[str, int]) -> list[Reason]:
    largest = abs(contributions[0].contribution) if contributions else 0.0
    return [_reason(item, largest, history_rows) for item in contributions]


def _remainder(total: float, base: float, shown: Sequence[Contribution]) -> float:
    """All the others as they have to read, so that whoever adds up the rounded column gets the total."""
    parts = (base, *(item.contribution for item in shown))
    return round(round(total, DECIMALS) - math.fsum(round(part, DECIMALS) for part in parts), DECIMALS)


def _reason(item: Contribution, largest: float, history_rows: Mapping[str, int]) -> Reason:
    feature = item.feature
    if wording.is_missing(item.value):
        value = wording.missing_in_words(feature.table, history_rows)
    else:
        value = wording.feature_in_words(feature, item.value)
    return Reason(
        feature=feature.name,
        label=wording.titled(feature.label),
        group=wording.titled(catalogue.GROUPS[feature.group]),
        value=value,
        contribution=item.contribution,
        bar=charts.bar(item.contribution, largest),
    )
