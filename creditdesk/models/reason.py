"""A reason of an assessment, as worded on its day."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

# The edition that stored neither its version nor more than one feature.
FIRST_EDITION: Final = 1
# The edition that stored neither the key of its sentence nor a rank.
SECOND_EDITION: Final = 2
# The edition that described a fact by fewer features.
THIRD_EDITION: Final = 3
# The edition that tells no value beyond a sentence's bound, and names no group a quarter of which is missing.
SIXTH_EDITION: Final = 6
# The edition that gives a day once, and the next fact of a group in the place of one that was given.
SEVENTH_EDITION: Final = 7


def edition_of(version: str) -> int:
    """Return the edition in a version of the reason dictionary: 5 for "5.0badf00d"."""
    return int(version.partition(".")[0])


class Strength(StrEnum):
    """How much a reason counted."""

    STRONG = "strong"
    MEDIUM = "medium"
    SLIGHT = "slight"


# Log-odds: 0.3 makes the odds of default a third higher, 0.1 a tenth.
_STRENGTHS: Final = ((0.3, Strength.STRONG), (0.1, Strength.MEDIUM), (0.0, Strength.SLIGHT))


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature group that speaks for the verdict, as stored with an assessment.

    `code` is the group, `contribution` its sum in log-odds, `feature` its strongest feature, `worded_feature`
    the feature of the sentence, `features` those that push the same way, strongest first. `version` is that
    of the reason dictionary. `key` names its sentence, empty where the group is named as a whole; `rank` is
    the share of accepted clients on the other side of the value.
    """

    code: str
    contribution: float
    feature: str
    text_en: str
    text_fr: str
    version: str = str(FIRST_EDITION)
    worded_feature: str = ""
    features: tuple[str, ...] = ()
    key: str = ""
    rank: float | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a stored reason; those of the first edition lack `version`, `told` and `features`."""
        return cls(
            code=stored["code"],
            contribution=stored["contribution"],
            feature=stored["feature"],
            text_en=stored["text_en"],
            text_fr=stored["text_fr"],
            version=str(stored.get("version", FIRST_EDITION)),
            worded_feature=stored.get("told", stored["feature"]),
            features=tuple(stored.get("features", ())),
            key=str(stored.get("key", "")),
            rank=stored.get("rank"),
        )

    def to_json(self) -> dict[str, Any]:
        """The stored keys, in their stored order."""
        texts = {"text_en": self.text_en, "text_fr": self.text_fr}
        edition = edition_of(self.version)
        if edition == FIRST_EDITION:
            return {"code": self.code, "feature": self.feature, "contribution": self.contribution, **texts}
        return {
            "code": self.code,
            "version": self.version,
            "contribution": self.contribution,
            "feature": self.feature,
            "told": self.worded_feature,
            "features": list(self.features),
            **({} if edition == SECOND_EDITION else {"key": self.key, "rank": self.rank}),
            **texts,
        }

    @property
    def is_fact(self) -> bool:
        """Whether it tells a fact of the client, not only the name of a group."""
        return bool(self.key)

    @property
    def strength(self) -> Strength:
        """How much it counted, for people who read no log-odds."""
        return next(strength for least, strength in _STRENGTHS if abs(self.contribution) >= least)

    def text(self, language: str) -> str:
        """The sentence in that language, English or French."""
        return self.text_fr if language == "fr" else self.text_en
