"""What a booster goes by, over many clients: importance, direction, dependence and interactions.

Everything is made of TreeSHAP contributions (log-odds) of a sample of clients, and stored as plain numbers
for the page to draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.training.explain.population_summary import SMALLEST_CELL

Values = NDArray[np.float64]

LISTED = 30
DRAWN = 12
PAIRED = 10
PAIRS = 6
_BINS = 10
_LINES = 3
_STEPS = 5
# Two features that say the same cannot be told apart: their effects would seem to depend on each other.
_TWINS = 0.7
# A rank correlation under this is no direction.
_CLEAR = 0.3


@dataclass(frozen=True, slots=True)
class Sample:
    """`matrix` (n, k) of the features `names`, and the contribution of each value, (n, k), in log-odds."""

    names: tuple[str, ...]
    matrix: Values
    contributions: Values
    base: float

    def column(self, name: str) -> tuple[Values, Values]:
        """Values and contributions of one feature, (n,) each."""
        position = self.names.index(name)
        return self.matrix[:, position], self.contributions[:, position]


def sample(
    trees: lightgbm.Booster, names: tuple[str, ...], matrix: Values, *, rows: int, seed: int
) -> Sample:
    """Contributions of at most `rows` of the clients of `matrix`, (n, k)."""
    chosen = np.random.default_rng(seed).choice(len(matrix), min(rows, len(matrix)), replace=False)
    values = lightgbm.contributions(trees, matrix[np.sort(chosen)])
    return Sample(names, matrix[np.sort(chosen)], values[:, :-1], float(values[0, -1]))


def explanation(drawn: Sample) -> dict[str, Any]:
    """The explanation part of model.json.

    {"clients", "base_value", "features": [{"feature", "group", "importance", "direction"}], "groups":
    [{"group", "importance"}], "dependence": {feature: [{"low", "high", "codes", "n", "mean", "p10", "p90"}]},
    "interactions": [{"first", "second", "strength", "edges", "lines"}]}. Importance is the mean absolute
    contribution; a group's is that of the sum of its features'.
    """
    importance = np.abs(drawn.contributions).mean(axis=0)
    order = [drawn.names[one] for one in np.argsort(-importance, kind="stable") if importance[one] > 0]
    return {
        "clients": len(drawn.matrix),
        "base_value": drawn.base,
        "used": len(order),
        "features": [_feature(drawn, name) for name in order[:LISTED]],
        "groups": _groups(drawn),
        "dependence": {name: dependence(*drawn.column(name), name) for name in order[:DRAWN]},
        "interactions": interactions(drawn, order[:PAIRED]),
    }


def _feature(drawn: Sample, name: str) -> dict[str, Any]:
    values, contributions = drawn.column(name)
    return {
        "feature": name,
        "group": catalogue.BY_NAME[name].group,
        "importance": float(np.abs(contributions).mean()),
        "direction": None if catalogue.BY_NAME[name].categories else direction(values, contributions),
    }


def direction(values: Values, contributions: Values) -> float | None:
    """Rank correlation of the value with its contribution: near 1, more of it means more risk. None: neither.

    Source: C. Spearman, "The proof and measurement of association between two things" (1904).
    """
    known = ~np.isnan(values)
    if known.sum() < SMALLEST_CELL or np.ptp(values[known]) == 0 or np.ptp(contributions[known]) == 0:
        return None
    found = _correlation(values[known], contributions[known])
    return found if abs(found) >= _CLEAR else None


def _correlation(first: Values, second: Values) -> float:
    """Of the ranks, which must differ."""
    one, other = (_ranks(values) - (len(values) + 1) / 2 for values in (first, second))
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def _ranks(values: Values) -> Values:
    """Mean rank of equal values."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], dtype=np.float64)


def _groups(drawn: Sample) -> list[dict[str, Any]]:
    group = np.array([catalogue.BY_NAME[name].group for name in drawn.names])
    sums = {one: drawn.contributions[:, group == one].sum(axis=1) for one in sorted(set(group.tolist()))}
    weight = {one: float(np.abs(values).mean()) for one, values in sums.items()}
    ranked = sorted(weight.items(), key=lambda pair: -pair[1])
    return [{"group": one, "importance": value} for one, value in ranked if value > 0]


def dependence(values: Values, contributions: Values, name: str) -> list[dict[str, Any]]:
    """How the contribution goes with the value: one row per category or tenth, and one for missing values.

    A row of fewer than SMALLEST_CELL clients is left out.
    """
    categories = catalogue.BY_NAME[name].categories
    bin_of, edges = (values, None) if categories else _binned(values, _BINS)
    rows = [(float(one), np.flatnonzero(bin_of == one)) for one in np.unique(bin_of[~np.isnan(values)])]
    missing = np.flatnonzero(np.isnan(values))
    return [
        {**_where(one, edges), **_spread(contributions[inside])}
        for one, inside in [*rows, (None, missing)]
        if len(inside) >= SMALLEST_CELL
    ]


def _binned(values: Values, bins: int) -> tuple[Values, Values]:
    """The bin of each value, (n,), NaN where missing, and the edges: as full as ties allow."""
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1), method="nearest"))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    return np.where(np.isnan(values), np.nan, place), edges


def _where(one: float | None, edges: Values | None) -> dict[str, Any]:
    if one is None:
        return {"low": None, "high": None, "code": None}
    if edges is None:
        return {"low": None, "high": None, "code": int(one)}
    high = edges[min(int(one) + 1, len(edges) - 1)]
    return {"low": float(edges[int(one)]), "high": float(high), "code": None}


def _spread(contributions: Values) -> dict[str, float]:
    low, high = np.percentile(contributions, [10, 90])
    return {
        "n": len(contributions),
        "mean": float(contributions.mean()),
        "p10": float(low),
        "p90": float(high),
    }


def interactions(drawn: Sample, names: Sequence[str]) -> list[dict[str, Any]]:
    """The pairs of features whose effects depend most on each other, the strongest first.

    In a model without interactions the contribution of a feature is a function of its own value. What is
    left of it after the mean of its own bin is therefore due to others; `strength` (log-odds) is how much of
    that the bins of the other feature tell, the mean of both directions. "lines" are the mean contributions
    of the first feature over its bins, for low, middle and high values of the second: parallel lines would
    mean no interaction.
    """
    numbers = [name for name in names if not catalogue.BY_NAME[name].categories]
    pairs = [
        (_strength(drawn, one, other), one, other)
        for one, other in combinations(numbers, 2)
        if not _alike(drawn, one, other)
    ]
    strongest = sorted(pairs, key=lambda pair: -pair[0])[:PAIRS]
    return [
        {"first": one, "second": other, "strength": value, **_lines(drawn, one, other)}
        for value, one, other in strongest
        if value > 0
    ]


def _alike(drawn: Sample, one: str, other: str) -> bool:
    first, second = drawn.column(one)[0], drawn.column(other)[0]
    known = ~np.isnan(first) & ~np.isnan(second)
    if known.sum() < SMALLEST_CELL or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return True
    return abs(_correlation(first[known], second[known])) > _TWINS


def _strength(drawn: Sample, one: str, other: str) -> float:
    return (_told_by(drawn, one, other) + _told_by(drawn, other, one)) / 2


def _told_by(drawn: Sample, one: str, other: str) -> float:
    """Standard deviation of the cell means of what the own bin of `one` does not explain, less chance."""
    values, contributions = drawn.column(one)
    own, _ = _binned(values, _BINS)
    second, _ = _binned(drawn.column(other)[0], _LINES)
    known = ~np.isnan(own) & ~np.isnan(second)
    cell = (own[known] * _LINES + second[known]).astype(np.int64)
    left = contributions[known] - _mean_of(own[known].astype(np.int64), contributions[known])
    size = np.bincount(cell)
    mean = np.bincount(cell, left) / np.maximum(size, 1)
    noise = np.bincount(cell, (left - mean[cell]) ** 2) / np.maximum(size - 1, 1) / np.maximum(size, 1)
    enough = size >= SMALLEST_CELL
    if not enough.any():
        return 0.0
    variance = np.average(mean[enough] ** 2 - noise[enough], weights=size[enough])
    return float(np.sqrt(max(variance, 0.0)))


def _mean_of(code: NDArray[np.int64], values: Values) -> Values:
    """For each row the mean of its code's rows."""
    means: Values = (np.bincount(code, values) / np.maximum(np.bincount(code), 1))[code]
    return means


def _lines(drawn: Sample, one: str, other: str) -> dict[str, Any]:
    values, contributions = drawn.column(one)
    own, edges = _binned(values, _STEPS)
    second, cuts = _binned(drawn.column(other)[0], _LINES)
    cells = [
        [contributions[(own == place) & (second == line)] for place in range(len(edges) - 1)]
        for line in range(len(cuts) - 1)
    ]
    return {
        "edges": edges.tolist(),
        "cuts": cuts.tolist(),
        "lines": [
            [float(cell.mean()) if len(cell) >= SMALLEST_CELL else None for cell in line] for line in cells
        ],
    }
