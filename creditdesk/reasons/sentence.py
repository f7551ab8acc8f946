"""A sentence of the reason dictionary: its condition, its words, and what a client can bring."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from creditdesk.reasons import values
from creditdesk.reasons.evidence import Evidence
from creditdesk.reasons.scope import scope
from scoring.ml.features.spec.feature import Feature
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

MAX_LENGTH: Final = 110
"""Most characters of a sentence, its values filled in."""

# The share of accepted clients on the other side of a value, as a person says it.
RANKS: Final = ((0.99, 99, 100), (0.95, 19, 20), (0.0, 9, 10))


class Side(StrEnum):
    """Where a value lies, seen from the reference range of accepted clients."""

    BELOW = "below"
    ABOVE = "above"
    RARE = "rare"  # a category that fewer than one accepted client in ten is in
    RARE_NAME = "rare_name"  # so few are in all the categories that a client reads by the same name


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence about one feature of one client.

    It is told when the value lies on `side` of the reference range, reaches `at_least`, and pushes `against`
    the request (or for it). Placeholders: {value}, written by `shown`, the name of a category without it;
    {scope}, the part of the history that the feature is about; {n} and {of}, how many accepted clients lie
    on the other side. `bring`: what can correct the fact.
    """

    key: str
    features: tuple[str, ...]
    side: Side
    text: Text
    bring: Text
    shown: Callable[[float], str] | None = None
    against: bool = True
    at_least: float = float("-inf")

    def fits(self, evidence: Evidence, *, against: bool) -> bool:
        """Never a value inside the range, on the other side of it, or missing."""
        if self.against != against or not evidence.value >= self.at_least:
            return False
        match self.side:
            case Side.BELOW:
                return evidence.is_below
            case Side.ABOVE:
                return evidence.is_above
            case Side.RARE:
                return evidence.is_rare
            case Side.RARE_NAME:
                return evidence.is_rare_by_name

    def write(self, evidence: Evidence) -> str:
        """In the language in force."""
        n, of = next((n, of) for least, n, of in RANKS if (evidence.rank or 0.0) >= least)
        value = self._value(evidence.feature, evidence.value)
        words = {"value": value, "scope": scope(evidence.feature), "n": n, "of": of}
        written = formatting.localize(self.text).format(**words)
        return f"{written[:1].upper()}{written[1:]}."

    def _value(self, feature: Feature, value: float) -> str:
        return values.category(feature, value) if self.shown is None else self.shown(value)
