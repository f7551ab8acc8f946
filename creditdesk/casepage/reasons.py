"""The contributions of an assessment as bars and numbers that visibly add up."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditdesk import charts, wording
from creditdesk.models.assessment import Contribution
from creditdesk.reasons import SHOWN
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
class Sum:
    """base + the reasons shown + all the others = total, exactly and also in the rounded numbers."""

    base: float
    others: float
    others_count: int
    others_bar: charts.Bar
    others_amount: str
    total: float

    @property
    def base_amount(self) -> str:
        return wording.number(self.base, DECIMALS)

    @property
    def total_amount(self) -> str:
        return wording.number(self.total, DECIMALS)


@dataclass(frozen=True, slots=True)
class Explanation:
    reasons: tuple[Reason, ...]
    sum: Sum


def towards(self) -> str:
        return towards(self.contribution)

    @property
    def amount(self) -> str:
        return wording.signed(self.contribution, DECIMALS)


@dataclass(frozen=True, slots=True)
class Sum:
    """base + the reasons shown + all the others = total, exactly and also in the rounded numbers."""

    base: float
    others: float
    others_count: int
    others_bar: charts.Bar
    others_amount: str
    total: float

    @property
    def base_amount(self) -> str:
        return wording.number(self.base, DECIMALS)

    @property
    def total_amount(self) -> str:
        return wording.number(self.total, DECIMALS)


@dataclass(frozen=True, slots=True)
class Explanation:
    reasons: tuple[Reason, ...]
    sum: Sum


@dataclass(frozen=True, slots=True)
class Contribution:
    """One feature of one assessment; `value` is NaN where it was missing."""

    feature: str
    value: float
    contribution: float


def towards(contribution: float) -> str:
    return "refuse" if contribution > 0 else "accept" if contribution < 0 else "neither"


def explanation(
    contributions: Sequence[Contribution], base: float, history_rows: Mapping[str, int]
) -> Explanation:
    """The largest contributions first; `contributions` are sorted by size."""
    shown, others = contributions[:SHOWN], contributions[SHOWN:]
    rest = math.fsum(item.contribution for item in others)
    largest = max((abs(amount) for amount in (rest, *(item.contribution for item in shown))), default=0.0)
    total = base + math.fsum(item.contribution for item in contributions)
    rounded = round(total, DECIMALS) - round(base, DECIMALS)
    rounded -= math.fsum(round(item.contribution, DECIMALS) for item in shown)
    return Explanation(
        reasons=tuple(_reason(item, largest, history_rows) for item in shown),
        sum=Sum(
            base=base,
            others=rest,
            others_count=len(others),
            others_bar=charts.bar(rest, largest),
            # The remainder carries the rounding, so that a reader who adds up the column gets the total.
            others_amount=wording.signed(round(rounded, DECIMALS), DECIMALS),
            total=total,
        ),
    )


def every_reason(contributions: Sequence[Contribution], history_rows: Mapping[str, int]) -> list[Reason]:
    largest = abs(contributions[0].contribution) if contributions else 0.0
    return [_reason(item, largest, history_rows) for item in contributions]


def _reason(item: Contribution, largest: float, history_rows: Mapping[str, int]) -> Reason:
    feature = item.feature
    missing = wording.is_missing(item.value)
    return Reason(
        feature=feature.name,
        label=wording.told(feature.label),
        group=wording.told(catalogue.GROUPS[feature.group]),
        value=wording.missing_in_words(feature.table, history_rows)
        if missing
        else wording.feature_in_words(feature, item.value),
        contribution=item.contribution,
        bar=charts.bar(item.contribution, largest),
    )
