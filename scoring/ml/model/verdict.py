"""Verdict: the recommendation of the model."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.features.spec.formula import Columns


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    REFER = "refer"


def verdict_for(probability: float, threshold: float) -> Verdict:
    return Verdict.REFUSE if probability >= threshold else Verdict.ACCEPT


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
    probabilities: NDArray[np.float64], threshold: float, missing: Sequence[tuple[str, ...]]
) -> list[Verdict]:
    """One verdict per row: refer where a critical input is missing, else by probability."""
    pairs = zip(probabilities.tolist(), missing, strict=True)
    return [
        Verdict.REFER if critical else verdict_for(probability, threshold) for probability, critical in pairs
    ]


def _absent(columns: Columns, name: str, rows: int) -> NDArray[np.bool_]:
    values = columns.get(name)
    return np.ones(rows, dtype=bool) if values is None else np.isnan(values)
