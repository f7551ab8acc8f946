"""Verdict: the recommendation of the model."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from scoring.ml.features.catalogue import CRITICAL


class Verdict(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    REFER = "refer"


def verdict_for(probability: float, threshold: float) -> Verdict:
    return Verdict.REFUSE if probability >= threshold else Verdict.ACCEPT


def missing_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The critical raw columns that a client's record lacks: with any of them the verdict is refer."""
    return tuple(name for name in CRITICAL if (value := record.get(name)) is None or value != value)
