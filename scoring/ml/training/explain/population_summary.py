"""Population summary: the main features over all clients and their segments, to compare a client with."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.model import population
from scoring.ml.model.manifest_sections import FeatureDistribution, PopulationSection
from scoring.ml.training.data.clients import Clients

# A cell of fewer clients could describe one of them.
MIN_CELL = 20

PERCENTILES = (5, 25, 50, 75, 95)
BINS = 20
_INCOME_BANDS = 5


def summarise(clients: Clients, accepted: NDArray[np.bool_]) -> PopulationSection:
    """Summarise the main features; `accepted`, (n,): whom the model accepts out of sample.

    The first and the last bin hold what lies outside the edges, the 1st and 99th percentile; a bin of fewer
    than MIN_CELL clients counts 0, a cell of fewer is left out.
    """
    income_edges = _income_edges(clients.ingredients["AMT_INCOME_TOTAL"])
    columns = dict(zip(catalogue.MAIN, clients.main.T, strict=True))
    edges = {name: _edges(values) for name, values in columns.items()}
    members = _members(clients.ingredients, income_edges) | {population.ACCEPTED: np.flatnonzero(accepted)}
    segments = {key: _distributions(columns, rows, edges) for key, rows in members.items()}
    return PopulationSection(
        income_edges=tuple(income_edges),
        edges={name: tuple(bins.tolist()) for name, bins in edges.items()},
        segments={key: distributions for key, distributions in segments.items() if distributions},
    )


def _income_edges(incomes: NDArray[np.float64]) -> list[float]:
    shares = np.linspace(0, 1, _INCOME_BANDS + 1)[1:-1]
    return [float(edge) for edge in np.unique(np.nanquantile(incomes, shares, method="lower"))]


def _members(
    ingredients: Mapping[str, NDArray[Any]], income_edges: list[float]
) -> dict[str, NDArray[np.int64]]:
    """Return the positions of the clients in each segment."""
    members: dict[str, list[int]] = {}
    for position, values in enumerate(zip(*ingredients.values(), strict=True)):
        row = dict(zip(ingredients, values, strict=True))
        for key in population.keys_of(row, income_edges):
            members.setdefault(key, []).append(position)
    return {key: np.array(rows) for key, rows in sorted(members.items())}


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    present = values[~np.isnan(values)]
    low, high = np.percentile(present, [1, 99]) if len(present) else (0.0, 0.0)
    return np.linspace(low, high if high > low else low + 1, BINS + 1)


def _distributions(
    columns: Mapping[str, NDArray[np.float64]],
    rows: NDArray[np.int64],
    edges: Mapping[str, NDArray[np.float64]],
) -> dict[str, FeatureDistribution]:
    present = {name: values[rows][~np.isnan(values[rows])] for name, values in columns.items()}
    return {
        name: _distribution(values, edges[name])
        for name, values in present.items()
        if len(values) >= MIN_CELL
    }


def _distribution(values: NDArray[np.float64], edges: NDArray[np.float64]) -> FeatureDistribution:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return FeatureDistribution(
        clients=len(values),
        quantiles=tuple(np.percentile(values, PERCENTILES).tolist()),
        histogram=tuple(np.where(counts >= MIN_CELL, counts, 0).tolist()),
    )
