"""Global explanation of a booster: importance, direction, dependence and interactions of its features.

Everything is made of TreeSHAP contributions (log-odds) of a sample of clients, and stored as plain numbers
for the page to draw.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.model.manifest_validation import (
    DependenceBin,
    ExplanationSection,
    FeatureImportance,
    GroupImportance,
)
from scoring.ml.training.explain.feature_interactions import interactions
from scoring.ml.training.explain.population_summary import MIN_CELL
from scoring.ml.training.explain.quantile_bins import quantile_bins
from scoring.ml.training.explain.rank_correlation import rank_correlation

Values = NDArray[np.float64]

LISTED = 30
DRAWN = 12
PAIRED = 10
_BINS = 10
# A rank correlation under this is no direction.
_MIN_DIRECTION = 0.3


@dataclass(frozen=True, slots=True)
class ContributionSample:
    """`matrix` (n, k) of the features `names`, and the contribution of each value, (n, k), in log-odds."""

    names: tuple[str, ...]
    matrix: Values
    contributions: Values
    base_value: float

    def column(self, name: str) -> tuple[Values, Values]:
        """Return values and contributions of one feature, (n,) each."""
        position = self.names.index(name)
        return self.matrix[:, position], self.contributions[:, position]


def sample(
    booster: lightgbm.Booster, names: tuple[str, ...], matrix: Values, *, rows: int, seed: int
) -> ContributionSample:
    """Return the contributions of at most `rows` of the clients of `matrix`, (n, k)."""
    chosen = np.random.default_rng(seed).choice(len(matrix), min(rows, len(matrix)), replace=False)
    values = lightgbm.contributions(booster, matrix[np.sort(chosen)])
    return ContributionSample(names, matrix[np.sort(chosen)], values[:, :-1], float(values[0, -1]))


def explanation(clients: ContributionSample) -> ExplanationSection:
    """Explain the booster by a sample of clients.

    Importance is the mean absolute contribution; a group's is that of the sum of its features'.
    """
    importance = np.abs(clients.contributions).mean(axis=0)
    ranked = [
        clients.names[column] for column in np.argsort(-importance, kind="stable") if importance[column] > 0
    ]
    return ExplanationSection(
        clients=len(clients.matrix),
        base_value=clients.base_value,
        used=len(ranked),
        features=tuple(_feature_importance(clients, name) for name in ranked[:LISTED]),
        groups=_group_importance(clients),
        dependence={name: dependence(*clients.column(name), name) for name in ranked[:DRAWN]},
        interactions=interactions(
            {name: clients.column(name) for name in ranked[:PAIRED] if not catalogue.BY_NAME[name].categories}
        ),
    )


def _feature_importance(clients: ContributionSample, name: str) -> FeatureImportance:
    values, contributions = clients.column(name)
    return FeatureImportance(
        feature=name,
        group=catalogue.BY_NAME[name].group,
        importance=float(np.abs(contributions).mean()),
        direction=None if catalogue.BY_NAME[name].categories else direction(values, contributions),
    )


def direction(values: Values, contributions: Values) -> float | None:
    """Return the rank correlation of the value with its contribution: near 1, more of it means more risk.

    None where there is no clear direction.
    """
    present = ~np.isnan(values)
    if present.sum() < MIN_CELL or np.ptp(values[present]) == 0 or np.ptp(contributions[present]) == 0:
        return None
    correlation = rank_correlation(values[present], contributions[present])
    return correlation if abs(correlation) >= _MIN_DIRECTION else None


def _group_importance(clients: ContributionSample) -> tuple[GroupImportance, ...]:
    group_of = np.array([catalogue.BY_NAME[name].group for name in clients.names])
    groups = [
        GroupImportance(
            group=group,
            importance=float(np.abs(clients.contributions[:, group_of == group].sum(axis=1)).mean()),
        )
        for group in sorted(set(group_of.tolist()))
    ]
    ranked = sorted(groups, key=lambda group: -group.importance)
    return tuple(group for group in ranked if group.importance > 0)


def dependence(values: Values, contributions: Values, name: str) -> tuple[DependenceBin, ...]:
    """Return the contribution by value: a bin per category or tenth, and one for missing values.

    A bin of fewer than MIN_CELL clients is left out.
    """
    if catalogue.BY_NAME[name].categories:
        bins, edges = values, None
    else:
        bins, edges = quantile_bins(values, _BINS)
    numbers = [float(number) for number in np.unique(bins[~np.isnan(values)])]
    rows = [np.flatnonzero(bins == number) for number in numbers]
    cells = [*zip(numbers, rows, strict=True), (None, np.flatnonzero(np.isnan(values)))]
    return tuple(
        _dependence_bin(number, edges, contributions[inside])
        for number, inside in cells
        if len(inside) >= MIN_CELL
    )


def _dependence_bin(number: float | None, edges: Values | None, contributions: Values) -> DependenceBin:
    """Describe bin `number` between `edges`; without edges it is a category, without a number missing."""
    low = high = code = None
    if number is not None and edges is None:
        code = int(number)
    elif number is not None and edges is not None:
        low, high = float(edges[int(number)]), float(edges[min(int(number) + 1, len(edges) - 1)])
    p10, p90 = np.percentile(contributions, [10, 90])
    return DependenceBin(
        low=low,
        high=high,
        code=code,
        clients=len(contributions),
        mean=float(contributions.mean()),
        p10=float(p10),
        p90=float(p90),
    )
