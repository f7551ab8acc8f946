"""Interactions: pairs of features whose contributions depend on each other's values.

In a model without interactions the contribution of a feature is a function of its own value. What is left of
it after the mean of its own bin is therefore due to other features; the strength of a pair (log-odds) is how
much of that the bins of the other feature explain, the mean of both directions.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model.manifest_validation import Interaction
from scoring.ml.training.explain.population_summary import MIN_CELL
from scoring.ml.training.explain.quantile_bins import quantile_bins
from scoring.ml.training.explain.rank_correlation import rank_correlation

Values = NDArray[np.float64]
Column = tuple[Values, Values]
"""Values and contributions of one feature, (n,) each."""

PAIRS = 6
_BINS = 10
_LINES = 3
_LINE_BINS = 5
# Features that nearly coincide cannot be separated: their effects would seem to depend on each other.
_MAX_RANK_CORRELATION = 0.7


def interactions(columns: Mapping[str, Column]) -> tuple[Interaction, ...]:
    """Return the pairs of numeric features that depend most on each other, the strongest first.

    The lines are the mean contributions of the first feature over its bins, for low, middle and high values
    of the second: parallel lines would mean no interaction.
    """
    pairs = [
        (_strength(columns[first], columns[second]), first, second)
        for first, second in combinations(columns, 2)
        if not _are_collinear(columns[first][0], columns[second][0])
    ]
    strongest = sorted(pairs, key=lambda pair: -pair[0])[:PAIRS]
    return tuple(
        _interaction(first, second, strength, columns)
        for strength, first, second in strongest
        if strength > 0
    )


def _are_collinear(first: Values, second: Values) -> bool:
    """Return whether two features nearly coincide, or are too rarely present together to compare."""
    present = ~np.isnan(first) & ~np.isnan(second)
    if present.sum() < MIN_CELL or np.ptp(first[present]) == 0 or np.ptp(second[present]) == 0:
        return True
    return abs(rank_correlation(first[present], second[present])) > _MAX_RANK_CORRELATION


def _strength(first: Column, second: Column) -> float:
    return (_explained_by(first, second[0]) + _explained_by(second, first[0])) / 2


def _explained_by(feature: Column, other: Values) -> float:
    """Return the standard deviation of cell means of what the own bin leaves unexplained, less chance."""
    values, contributions = feature
    own_bin, _ = quantile_bins(values, _BINS)
    other_bin, _ = quantile_bins(other, _LINES)
    present = ~np.isnan(own_bin) & ~np.isnan(other_bin)
    cell = (own_bin[present] * _LINES + other_bin[present]).astype(np.int64)
    residual = contributions[present] - _mean_by_bin(
        own_bin[present].astype(np.int64), contributions[present]
    )
    size = np.bincount(cell)
    mean = np.bincount(cell, residual) / np.maximum(size, 1)
    noise = np.bincount(cell, (residual - mean[cell]) ** 2) / np.maximum(size - 1, 1) / np.maximum(size, 1)
    enough = size >= MIN_CELL
    if not enough.any():
        return 0.0
    variance = np.average(mean[enough] ** 2 - noise[enough], weights=size[enough])
    return float(np.sqrt(max(variance, 0.0)))


def _mean_by_bin(number: NDArray[np.int64], values: Values) -> Values:
    """Return for each row the mean of its bin."""
    means: Values = (np.bincount(number, values) / np.maximum(np.bincount(number), 1))[number]
    return means


def _interaction(first: str, second: str, strength: float, columns: Mapping[str, Column]) -> Interaction:
    values, contributions = columns[first]
    own_bin, edges = quantile_bins(values, _LINE_BINS)
    line_of, cuts = quantile_bins(columns[second][0], _LINES)
    cells = [
        [contributions[(own_bin == place) & (line_of == line)] for place in range(len(edges) - 1)]
        for line in range(len(cuts) - 1)
    ]
    return Interaction(
        first=first,
        second=second,
        strength=strength,
        edges=tuple(edges.tolist()),
        cuts=tuple(cuts.tolist()),
        lines=tuple(
            tuple(float(cell.mean()) if len(cell) >= MIN_CELL else None for cell in line) for line in cells
        ),
    )
