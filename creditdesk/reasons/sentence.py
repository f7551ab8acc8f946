"""A sentence of the reason dictionary: its condition, its words, and what a client can bring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
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
class Form:
    """The words of a sentence about the features that one of the patterns `of` names ("*_mean")."""

    of: Sequence[str]
    text: Text
    shown: Callable[[float], str] | None

    def is_of(self, feature: str) -> bool:
        return any(fnmatchcase(feature, pattern) for pattern in self.of)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence about one feature of one client.

    It fits when the value lies on `side` of the reference range, from `at_least` to `at_most`, and pushes
    `against` the request (or for it). Placeholders: {value}, written by `shown`, the name of a category
    without it; {scope}, the part of the history that the feature is about, and {loans}, the same without the
    figure; {n} and {of}, how many accepted clients lie on the other side. A feature of a mean has other words
    than one of a maximum: the first of `forms` that it fits, else `text`. `bring`: what can correct the fact.
    """

    key: str
    features: tuple[str, ...]
    side: Side
    text: Text
    bring: Text
    shown: Callable[[float], str] | None = None
    against: bool = True
    at_least: float = float("-inf")
    at_most: float = float("inf")
    forms: tuple[Form, ...] = ()

    def fits(self, evidence: Evidence, *, against: bool) -> bool:
        """Never a value inside the range, on the other side of it, or missing."""
        if self.against != against or not self.at_least <= evidence.value <= self.at_most:
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

    def number_of_form(self, feature: str) -> int | None:
        """Which of `forms` a feature has the words of; None where it has those of `text`."""
        return next((number for number, form in enumerate(self.forms) if form.is_of(feature)), None)

    def words_for(self, feature: str) -> Text:
        number = self.number_of_form(feature)
        return self.text if number is None else self.forms[number].text

    def write(self, evidence: Evidence) -> str:
        """In the language in force."""
        feature = evidence.feature
        n, of = next((n, of) for least, n, of in RANKS if (evidence.rank or 0.0) >= least)
        written = formatting.localize(self.words_for(feature.name)).format(
            value=self._value(feature, evidence.value),
            scope=scope(feature),
            loans=scope(feature, with_figure=False),
            n=n,
            of=of,
        )
        return f"{written[:1].upper()}{written[1:]}."

    def shown_for(self, feature: str) -> Callable[[float], str] | None:
        number = self.number_of_form(feature)
        return self.shown if number is None else self.forms[number].shown

    def _value(self, feature: Feature, value: float) -> str:
        shown = self.shown_for(feature.name)
        return values.category(feature, value) if shown is None else shown(value)
