"""The distribution of one column as cells of at least 20 clients, drawn from and scored in normal space."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cell = dict[str, Any]
Floats = NDArray[np.float64]
Values = NDArray[Any]

MIN_CLIENTS = 20
NORMAL = NormalDist()


@dataclass(frozen=True)
class Margin:
    """Cells in ascending order, missing first.

    `values` (k,): a category, a number, None or NaN for missing. Where `exact`, every row of the cell has
    that value; elsewhere it is the mean of the cell and draws spread around it. `rows` (k,) weighs the cells,
    `clients` (k,) counts the distinct clients behind each.
    """

    values: Values
    exact: NDArray[np.bool_]
    rows: NDArray[np.int64]
    clients: NDArray[np.int64]

    @cached_property
    def _cuts(self) -> Floats:
        """(k + 1,) cell limits in normal space; the outer ones are finite, to spread a stretch over."""
        shares = np.cumsum(self.rows) / self.rows.sum()
        outer = min(self.rows[0], self.rows[-1]) / self.rows.sum() / 50
        limits = np.clip(np.concatenate([[0.0], shares]), outer, 1 - outer)
        return np.array([NORMAL.inv_cdf(limit) for limit in limits])

    @cached_property
    def _edges(self) -> tuple[Floats, Floats]:
        """Lower and upper value of each cell: half-way to the neighbours, the value itself where exact.

        The outermost edges are as far from their mean as the inner ones, but never across 0: a share or an
        amount does not change its sign.
        """
        means = self.values.astype(np.float64)
        middle = (means[1:] + means[:-1]) / 2
        lower = np.concatenate([[np.nan], middle])
        upper = np.concatenate([middle, [np.nan]])
        mirrored_lower, mirrored_upper = 2 * means - upper, 2 * means - lower
        lower = np.where(
            np.isnan(lower), np.where(means >= 0, np.maximum(mirrored_lower, 0), mirrored_lower), lower
        )
        upper = np.where(
            np.isnan(upper), np.where(means <= 0, np.minimum(mirrored_upper, 0), mirrored_upper), upper
        )
        lower, upper = (np.where(self.exact | np.isnan(edge), means, edge) for edge in (lower, upper))
        return lower, upper

    @property
    def is_category(self) -> bool:
        return self.values.dtype == object

    def draw(self, normals: Floats) -> Values:
        """Values of standard normal deviates, both (n,)."""
        cell = np.searchsorted(self._cuts[1:-1], normals, side="right")
        if self.is_category:
            return self.values[cell]
        lower, upper = self._edges
        start, stop = self._cuts[cell], self._cuts[cell + 1]
        within = np.clip((normals - start) / np.maximum(stop - start, 1e-9), 0.0, 1.0)
        drawn: Floats = lower[cell] + within * (upper[cell] - lower[cell])
        return drawn

    @cached_property
    def scores(self) -> Floats:
        """(k,) mean standard normal deviate of each cell."""
        limits = np.concatenate([[0.0], np.cumsum(self.rows) / self.rows.sum()])
        density = np.array([_density(limit) for limit in limits])
        return np.asarray((density[:-1] - density[1:]) * self.rows.sum() / self.rows)

    def score(self, values: Values) -> Floats:
        """Mean normal deviate of the cell each value falls in, (n,); 0 for a category that has no cell."""
        if self.is_category:
            score_of = dict(zip(self.values, self.scores, strict=True))
            return np.array([score_of.get(value, 0.0) for value in values])
        present = ~np.isnan(self.values)
        lower = np.where(self.exact, self.values, self._edges[0])[present]
        cell = np.clip(np.searchsorted(lower, values, side="right") - 1, 0, None)
        missing = self.scores[~present].sum()
        if not present.any():
            return np.full(len(values), missing)
        return np.where(np.isnan(values), missing, self.scores[present][cell])

    def with_others(self, coarser: "Margin", values: Values, clients: NDArray[np.int64]) -> "Margin":
        """This category with the rows of `values` (n,) that it does not tell, if they are of 20 clients or
        more, spread over the remaining values of a `coarser` margin."""
        unpublished = ~np.isin(values.astype(str), self.values.astype(str))
        people = len(np.unique(clients[unpublished]))
        own = dict(zip(self.values, zip(self.rows, self.clients, strict=True), strict=True))
        rest = {
            value: rows for value, rows in zip(coarser.values, coarser.rows, strict=True) if value not in own
        }
        if people < MIN_CLIENTS or not rest:
            return self
        scale = unpublished.sum() / sum(rest.values())
        own |= {value: (max(round(rows * scale), 1), people) for value, rows in rest.items()}
        shared = [value for value in coarser.values if value in own]
        rows, counts = np.array([own[value] for value in shared], dtype=np.int64).T
        return Margin(np.array(shared, dtype=object), np.ones(len(shared), dtype=bool), rows, counts)

    def as_json(self) -> Cell:
        values = [None if value is None or value != value else value for value in self.values.tolist()]
        cells: Cell = {"values": values, "n": self.clients.tolist()}
        if not np.array_equal(self.rows, self.clients):
            cells["rows"] = self.rows.tolist()
        if not self.exact.all():
            cells["exact"] = "".join("1" if exact else "0" for exact in self.exact)
        return cells

    @classmethod
    def from_json(cls, cells: Mapping[str, Any], category: bool) -> "Margin":
        clients = np.array(cells["n"], dtype=np.int64)
        exact = np.array([flag == "1" for flag in cells.get("exact", "1" * len(clients))])
        values = np.array(cells["values"], dtype=object if category else np.float64)
        return cls(values, exact, np.array(cells.get("rows", clients), dtype=np.int64), clients)


def is_category(cells: Mapping[str, Any]) -> bool:
    return any(isinstance(value, str) for value in cells["values"])


def _density(share: float) -> float:
    return 0.0 if share <= 0 or share >= 1 else NORMAL.pdf(NORMAL.inv_cdf(share))
