"""Verdict: the recommendation of a model under the thresholds in force."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.catalogue import CRITICAL


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    REFER = "refer"


_BY_THRESHOLDS_PASSED: Final = (Verdict.ACCEPT, Verdict.REFER, Verdict.REFUSE)


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


def verdicts_for(probabilities: NDArray[np.float64], thresholds: Thresholds) -> list[Verdict]:
    """The verdicts of `verdict_for` on probabilities, (n,)."""
    passed = np.greater_equal.outer(probabilities, np.array(thresholds)).sum(axis=1)
    return [_BY_THRESHOLDS_PASSED[count] for count in passed.tolist()]


def missing_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The critical raw columns that a client's record lacks."""
    return tuple(name for name in CRITICAL if (value := record.get(name)) is None or value != value)
