"""Verdict: the recommendation of a model under the thresholds in force."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

from scoring.ml.features.catalogue import CRITICAL


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    REFER = "refer"


class Thresholds(NamedTuple):
    """Probabilities of default: accept below the first, refuse from the second on, refer in between."""

    accept_below: float
    refuse_from: float

    @classmethod
    def single(cls, threshold: float) -> Self:
        """One threshold: nobody is referred for their probability."""
        return cls(threshold, threshold)

    def refers(self, probability: float) -> bool:
        """Whether the probability lies in the band that a person must look at."""
        return self.accept_below <= probability < self.refuse_from


def verdict_for(probability: float, thresholds: Thresholds) -> Verdict:
    if thresholds.refers(probability):
        return Verdict.REFER
    return Verdict.REFUSE if probability >= thresholds.refuse_from else Verdict.ACCEPT


def missing_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The critical raw columns that a client's record lacks."""
    return tuple(name for name in CRITICAL if (value := record.get(name)) is None or value != value)
