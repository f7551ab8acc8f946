"""Probability and threshold of a verdict as a reader sees them."""

from typing import NamedTuple

from scoring.presentation import formatting


class VerdictFigures(NamedTuple):
    """Percentages with as many decimals as it takes to tell the two apart."""

    probability: str
    threshold: str


def verdict_figures(probability: float | None, threshold: float | None) -> VerdictFigures | None:
    """Return both in words, None where the model gave no probability."""
    if probability is None or threshold is None:
        return None
    return VerdictFigures(*formatting.distinct_percents(probability, threshold))
