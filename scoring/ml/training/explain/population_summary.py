"""What the case page compares a client with: the main features over the population and its segments."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.model import population
from scoring.ml.training.data.clients import Clients

# A cell of fewer clients could describe one of them.
SMALLEST_CELL = 20

QUANTILES = (5, 25, 50, 75, 95)
BINS = 20
_INCOME_BANDS = 5


def summarise(clients: Clients, accepted: NDArray[np.bool_]) -> dict[str, Any]:
    """The population part of model.json; `accepted`, (n,): whom the model accepts out of fold.

    {"income_edges": [4 numbers], "edges": {feature: [21 numbers]}, "segments": {key: {feature: {"n",
    "quantiles": [p5, p25, p50, p75, p95], "histogram": [20 counts]}}}}. The first and the last bin hold what
    lies outside the edges, the 1st and 99th percentile; a bin of fewer than 20 clients counts 0, a cell of
    fewer is left out.
    """
    income_edges = _income_edges(clients.ingredients["AMT_INCOME_TOTAL"])
    columns = dict(zip(catalogue.MAIN, clients.main.T, strict=True))
    edges = {name: _edges(values) for name, values in columns.items()}
    members = _members(clients.ingredients, income_edges) | {population.ACCEPTED: np.flatnonzero(accepted)}
    segments = {key: _cells(columns, rows, edges) for key, rows in members.items()}
    return {
        "income_edges": income_edges,
        "edges": {name: bins.tolist() for name, bins in edges.items()},
        "segments": {key: cells for key, cells in segments.items() if cells},
    }


def _income_edges(incomes: NDArray[np.float64]) -> list[float]:
    shares = np.linspace(0, 1, _INCOME_BANDS + 1)[1:-1]
    return [float(edge) for edge in np.unique(np.nanquantile(incomes, shares, method="lower"))]


def _members(
    ingredients: Mapping[str, NDArray[Any]], income_edges: list[float]
) -> dict[str, NDArray[np.int64]]:
    """The positions of the clients in each segment."""
    found: dict[str, list[int]] = {}
    for position, values in enumerate(zip(*ingredients.values(), strict=True)):
        row = dict(zip(ingredients, values, strict=True))
        for key in population.keys_of(row, income_edges):
            found.setdefault(key, []).append(position)
    return {key: np.array(rows) for key, rows in sorted(found.items())}


def _edges(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = values[~np.isnan(values)]
    low, high = np.percentile(known, [1, 99]) if len(known) else (0.0, 0.0)
    return np.linspace(low, high if high > low else low + 1, BINS + 1)


def _cells(
    columns: Mapping[str, NDArray[np.float64]],
    rows: NDArray[np.int64],
    edges: Mapping[str, NDArray[np.float64]],
) -> dict[str, Any]:
    known = {name: values[rows][~np.isnan(values[rows])] for name, values in columns.items()}
    return {
        name: _cell(values, edges[name]) for name, values in known.items() if len(values) >= SMALLEST_CELL
    }


def _cell(values: NDArray[np.float64], edges: NDArray[np.float64]) -> dict[str, Any]:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return {
        "n": len(values),
        "quantiles": np.percentile(values, QUANTILES).tolist(),
        "histogram": np.where(counts >= SMALLEST_CELL, counts, 0).tolist(),
    }
