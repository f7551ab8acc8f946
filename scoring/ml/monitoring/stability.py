"""How far the distribution of one column has moved, and how far it would move by chance.

PSI = sum over bins of (c - r) ln(c / r), with r and c the shares of the reference and of the current sample;
on a feature the same number is called CSI. Source: N. Siddiqi, "Credit Risk Scorecards" (2006), ch. 9, and
its bounds: below 0.1 stable, 0.1 to 0.25 moderate, above 0.25 shifted.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from scoring.ml.monitoring.sample import Column, missing

BINS = 10
# More categories than this are told by the most frequent ones; the rest are counted together.
MOST_CATEGORIES = 30
MISSING, OTHER = "missing", "other"

# How rarely a whole report may call a column shifted that only chance has moved.
ERROR_RATE = 0.001


@dataclass(frozen=True, slots=True)
class Stability:
    """`psi` of one column and the PSI that chance alone stays below; shares (bins,) by `labels`."""

    psi: float
    chance: float
    labels: tuple[str, ...]
    reference: NDArray[np.float64]
    current: NDArray[np.float64]

    def beyond(self, limit: float) -> bool:
        return self.psi > max(limit, self.chance)


def stability(reference: Column, current: Column, *, columns: int = 1) -> Stability:
    """How far `current`, (m,), has moved away from `reference`, (n,); both hold at least one value.

    `columns` is how many are looked at together: the more, the higher the bound of chance of each.
    """
    labels, before, after = _counts(reference, current)
    # A bin that is empty on both sides says nothing; smoothing would make it speak of the sizes.
    held = before + after > 0
    labels = tuple(label for label, full in zip(labels, held, strict=True) if full)
    before, after = before[held], after[held]
    r, c = _shares(before), _shares(after)
    return Stability(
        psi=float(((c - r) * np.log(c / r)).sum()),
        chance=chance(len(labels), len(reference), len(current), columns),
        labels=labels,
        reference=before / before.sum(),
        current=after / after.sum(),
    )


def chance(bins: int, n: int, m: int, columns: int = 1) -> float:
    """The PSI that two samples of one population stay below, but for one report in a thousand.

    Without a shift PSI / (1/n + 1/m) follows a chi-squared with bins - 1 degrees of freedom
    (B. Yurdakul, "Statistical Properties of the Population Stability Index", 2018); its quantile is taken
    from the normal one by the cube root of E. Wilson and M. Hilferty (1931).
    """
    if bins < 2:
        return 0.0
    freedom = bins - 1
    z = NormalDist().inv_cdf(1 - ERROR_RATE / columns)
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + z * sqrt(spread)) ** 3 * (1 / n + 1 / m)


def _counts(
    reference: Column, current: Column
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    gone = missing(reference), missing(current)
    known = reference[~gone[0]], current[~gone[1]]
    labels, before, after = (_categories if reference.dtype == object else _ranges)(*known)
    if not (gone[0].any() or gone[1].any()):
        return labels, before, after
    return (*labels, MISSING), np.append(before, gone[0].sum()), np.append(after, gone[1].sum())


def _categories(
    reference: Column, current: Column
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    values, counts = np.unique(reference.astype(str), return_counts=True)
    kept = values[np.argsort(-counts, kind="stable")][:MOST_CATEGORIES].tolist()
    place = {value: position for position, value in enumerate(kept)}
    found = [
        np.bincount([place.get(str(value), len(kept)) for value in side.tolist()], minlength=len(kept) + 1)
        for side in (reference, current)
    ]
    before, after = (counts.astype(np.float64) for counts in found)
    if before[-1] or after[-1]:
        return (*kept, OTHER), before, after
    return tuple(kept), before[:-1], after[:-1]


def _ranges(
    reference: Column, current: Column
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Ten equally full ranges of the reference; each value a bin of its own where there are few."""
    edges = _edges(reference if len(reference) else current)
    before, after = (
        np.bincount(np.searchsorted(edges, side, side="right"), minlength=len(edges) + 1).astype(np.float64)
        for side in (reference, current)
    )
    return _range_labels(edges), before, after


def _edges(values: Column) -> NDArray[np.float64]:
    """Inner edges: a value that equals an edge belongs above it."""
    if not len(values):
        return np.empty(0)
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        return distinct[1:]
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))


def _range_labels(edges: NDArray[np.float64]) -> tuple[str, ...]:
    if not len(edges):
        return ("all",)
    words = [f"{edge:.4g}" for edge in edges]
    between = [f"{low} – {high}" for low, high in pairwise(words)]
    return (f"< {words[0]}", *between, f"≥ {words[-1]}")


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half a client more in each bin: an empty bin is rare, not impossible."""
    shares: NDArray[np.float64] = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return shares
