"""Cutting real rows into the cells of a margin. The one place that decides what may be told about them:
a cell of fewer than 20 clients is merged with its neighbour or left out."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.ml.portfolio.margins import MIN_CLIENTS, Floats, Margin, Values

SPIKE_SHARE = 0.002
Ids = NDArray[np.int64]
Run = tuple[int, int]  # first row and the row after the last one, in sorted order


def category_margin(values: Values, clients: Ids, risk: Floats) -> Margin | None:
    """Cells of a category, ordered by the mean `risk` (n,) of their rows; None when nothing may be told."""
    texts = np.array(["" if value is None else value for value in values], dtype=str)
    names, codes = np.unique(texts, return_inverse=True)
    rows = np.bincount(codes, minlength=len(names))
    people = distinct(codes, clients, len(names))
    order = np.argsort(np.bincount(codes, risk, minlength=len(names)) / np.maximum(rows, 1), kind="stable")
    keep = order[people[order] >= MIN_CLIENTS]
    if not len(keep):
        return None
    labels = np.array([str(name) or None for name in names[keep]], dtype=object)
    return Margin(labels, np.ones(len(keep), dtype=bool), rows[keep], people[keep])


def number_margin(values: Floats, clients: Ids, knots: int) -> Margin | None:
    """Cells of a number: values held by many clients stand alone, the stretches between are cut into about
    `knots` bins told by their mean; None when nothing may be told."""
    order = np.argsort(values, kind="stable")  # NaN last
    values, clients = values[order], clients[order]
    present = int(np.count_nonzero(~np.isnan(values)))
    published = [
        run for run in _runs(values[:present], clients, knots) if _people(run, clients) >= MIN_CLIENTS
    ]
    means = [float(f"{values[start:stop].mean():.7g}") for start, stop in published]
    exact = [bool(values[start] == values[stop - 1]) for start, stop in published]
    missing = (present, len(values))
    if _people(missing, clients) >= MIN_CLIENTS:
        published, means, exact = [missing, *published], [np.nan, *means], [True, *exact]
    if not published:
        return None
    rows = np.array([stop - start for start, stop in published], dtype=np.int64)
    people = np.array([_people(run, clients) for run in published], dtype=np.int64)
    return Margin(np.array(means, dtype=np.float64), np.array(exact), rows, people)


def distinct(groups: Ids, clients: Ids, count: int) -> Ids:
    """(count,) number of different clients in each group."""
    pairs = np.unique(np.column_stack([groups, clients]), axis=0)
    return np.bincount(pairs[:, 0], minlength=count)


def _runs(values: Floats, clients: Ids, knots: int) -> list[Run]:
    if not len(values):
        return []
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])).tolist()
    stops = [*starts[1:], len(values)]
    wanted = max(MIN_CLIENTS, SPIKE_SHARE * len(values))
    spikes = [
        (start, stop)
        for start, stop in zip(starts, stops, strict=True)
        if stop - start >= wanted and _people((start, stop), clients) >= MIN_CLIENTS
    ]
    runs: list[Run] = []
    reached = 0
    for start, stop in [*spikes, (len(values), len(values))]:
        runs += [*_stretch((reached, start), clients, len(values) / knots), (start, stop)]
        reached = stop
    return [run for run in runs if run[0] < run[1]]


def _stretch(run: Run, clients: Ids, size: float) -> list[Run]:
    """Bins of about `size` rows; one of too few clients goes on, or at the end joins the bin before it."""
    cuts = np.linspace(*run, max(1, round((run[1] - run[0]) / size)) + 1).astype(int).tolist()
    bins: list[Run] = []
    for start, stop in pairwise(cuts):
        goes_on = bool(bins) and _people(bins[-1], clients) < MIN_CLIENTS
        first = bins.pop()[0] if goes_on else start
        bins.append((first, stop))
    if len(bins) > 1 and _people(bins[-1], clients) < MIN_CLIENTS:
        _, stop = bins.pop()
        bins.append((bins.pop()[0], stop))
    return bins


def _people(run: Run, clients: Ids) -> int:
    return len(np.unique(clients[slice(*run)]))
