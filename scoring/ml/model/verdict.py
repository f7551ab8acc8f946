"""Verdict: the recommendation of a model under the thresholds in force."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.features.spec.formula import Columns


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


def missing_inputs(columns: Columns) -> list[tuple[str, ...]]:
    """For each row, the critical raw columns that are missing: with any of them the verdict is refer."""
    rows = max((len(values) for values in columns.values()), default=0)
    absent = np.column_stack([_absent(columns, name, rows) for name in CRITICAL])
    return [
        tuple(name for name, is_absent in zip(CRITICAL, row, strict=True) if is_absent)
        for row in absent.tolist()
    ]


def missing_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The critical raw columns that a client's record lacks."""
    return tuple(name for name in CRITICAL if (value := record.get(name)) is None or value != value)


def verdicts(
    probabilities: NDArray[np.float64], thresholds: Thresholds, missing: Sequence[tuple[str, ...]]
) -> list[Verdict]:
    """One verdict per row: refer where a critical input is missing, else by probability."""
    pairs = zip(probabilities.tolist(), missing, strict=True)
    return [
        Verdict.REFER if critical else verdict_for(probability, thresholds) for probability, critical in pairs
    ]


def _absent(columns: Columns, name: str, rows: int) -> NDArray[np.bool_]:
    values = columns.get(name)
    return np.ones(rows, dtype=bool) if values is None else np.isnan(values)
