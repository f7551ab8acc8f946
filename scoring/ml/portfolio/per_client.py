"""History rows for each client: sums, means, extremes, and numbers of rows spread over clients."""

from typing import Any

import numpy as np

from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values


class PerClient:
    """Sums, means and extremes of history rows for each of `references`, in their order."""

    def __init__(self, references: Ids, owners: Ids) -> None:
        order = np.argsort(references)
        at = np.clip(np.searchsorted(references[order], owners), 0, len(references) - 1)
        self.matched = references[order][at] == owners
        self.owner = order[at][self.matched]
        self.size = len(references)

    @property
    def rows(self) -> Ids:
        return np.bincount(self.owner, minlength=self.size)

    def sum(self, values: Values) -> Floats:
        present = np.nan_to_num(values[self.matched].astype(np.float64))
        return np.asarray(np.bincount(self.owner, present, minlength=self.size), dtype=np.float64)

    def mean(self, values: Values) -> Floats:
        return ratio(self.sum(values), self.sum(~np.isnan(values.astype(np.float64))))

    def max(self, values: Values) -> Floats:
        highest = np.full(self.size, -np.inf)
        np.fmax.at(highest, self.owner, values[self.matched].astype(np.float64))
        return np.where(np.isinf(highest), np.nan, highest)


def ratio(above: Values, below: Values) -> Floats:
    """Element by element; NaN where `below` is 0 or missing."""
    present = (below != 0) & ~np.isnan(below)
    return np.asarray(np.where(present, above / np.where(present, below, 1.0), np.nan), dtype=np.float64)


def spread(counts: Any) -> tuple[Ids, Ids]:
    """(owner, place): `counts` (n,) rows for each owner, numbered from 0 within it."""
    whole = np.asarray(counts, dtype=np.int64)
    owner = np.repeat(np.arange(len(whole)), whole)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(whole) - whole, whole)
    return owner, place
