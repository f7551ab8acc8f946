"""Population stability index of one column, and the value that chance alone stays below.

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
# Of more categories than this the most frequent ones have a bin; the rest are counted together.
MAX_CATEGORIES = 30
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
    """Measure how far `current`, (m,), has moved from `reference`, (n,); both hold at least one value.

    `columns` is how many are tested together: the more, the higher the bound of chance of each.
    """
    labels, before, after = _counts(reference, current)
    # A bin that is empty on both sides carries no information; smoothing would make it depend on the sizes.
    filled = before + after > 0
    labels = tuple(label for label, is_filled in zip(labels, filled, strict=True) if is_filled)
    before, after = before[filled], after[filled]
    r, c = _shares(before), _shares(after)
    return Stability(
        psi=float(((c - r) * np.log(c / r)).sum()),
        chance=chance(len(labels), len(reference), len(current), columns),
        labels=labels,
        reference=before / before.sum(),
        current=after / after.sum(),
    )


def chance(bins: int, n: int, m: int, columns: int = 1) -> float:
    """Return the PSI that two samples of one population stay below, but for one report in a thousand.

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
    gaps = missing(reference), missing(current)
    present = reference[~gaps[0]], current[~gaps[1]]
    labels, before, after = (_categories if reference.dtype == object else _ranges)(*present)
    if not (gaps[0].any() or gaps[1].any()):
        return labels, before, after
    return (*labels, MISSING), np.append(before, gaps[0].sum()), np.append(after, gaps[1].sum())


def _categories(
    reference: Column, current: Column
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    values, counts = np.unique(reference.astype(str), return_counts=True)
    frequent = values[np.argsort(-counts, kind="stable")][:MAX_CATEGORIES].tolist()
    bin_of = {value: number for number, value in enumerate(frequent)}
    size = len(frequent)
    before, after = (
        np.bincount([bin_of.get(str(value), size) for value in side.tolist()], minlength=size + 1).astype(
            np.float64
        )
        for side in (reference, current)
    )
    if before[-1] or after[-1]:
        return (*frequent, OTHER), before, after
    return tuple(frequent), before[:-1], after[:-1]


def _ranges(
    reference: Column, current: Column
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Count in ten equally full ranges of the reference; few distinct values have a bin each."""
    edges = _edges(reference if len(reference) else current)
    before, after = (
        np.bincount(np.searchsorted(edges, side, side="right"), minlength=len(edges) + 1).astype(np.float64)
        for side in (reference, current)
    )
    return _range_labels(edges), before, after


def _edges(values: Column) -> NDArray[np.float64]:
    """Return the inner edges: a value that equals an edge belongs above it."""
    if not len(values):
        return np.empty(0)
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        return distinct[1:]
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))


def _range_labels(edges: NDArray[np.float64]) -> tuple[str, ...]:
    if not len(edges):
        return ("all",)
    texts = [f"{edge:.4g}" for edge in edges]
    between = [f"{low} – {high}" for low, high in pairwise(texts)]
    return (f"< {texts[0]}", *between, f"≥ {texts[-1]}")


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares with half a client more in each bin: an empty bin is rare, not impossible."""
    shares: NDArray[np.float64] = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return shares
