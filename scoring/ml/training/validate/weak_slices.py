"""Weak slices: groups of clients whom a version ranks worse than its own probabilities promise.

Within a slice the probabilities differ less than among all clients, so its AUC is lower without any fault of
the version. The yardstick is therefore the AUC that the probabilities, recalibrated on all clients, promise
for the very clients of the slice. Many slices are examined: the limit makes up for it (Bonferroni).

Sources: E. R. DeLong et al., Biometrics 44 (1988), 837-845, for the standard error; Y. Chung et al.,
"Slice Finder" (2019), for slices by value.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.metrics import classification
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_weaknesses import ClientSlice, SliceFigures, WeakSlices

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

MIN_CLIENTS: Final = 200
MIN_OUTCOMES: Final = 20
"""So many defaults, and so many good payers, make the AUC of a slice worth a look."""
FALSE_ALARMS: Final = 0.001
"""Probability of a report that calls any slice weak where none is."""
REPORTED: Final = 10
BANDS: Final = 4


def find_weak_slices(names: Sequence[str], matrix: Values, target: Values, probability: Values) -> WeakSlices:
    """Examine every category, and quarters and missing values of the main numbers.

    `matrix` (n, k) holds plain features, `probability` (n,) was given by boosters that never saw the client.
    """
    promise = _recalibrated(target, probability)
    overall = promised_auc(promise) - _auc(target, probability)
    examined = [
        _figures(client_slice, target[inside], probability[inside], promise[inside], overall)
        for client_slice, inside in slices_of(names, matrix)
        if _is_large_enough(target[inside])
    ]
    limit = NormalDist().inv_cdf(1 - FALSE_ALARMS / max(len(examined), 1))
    weakest = sorted(examined, key=lambda figures: -figures.z)[:REPORTED]
    return WeakSlices(
        clients=len(target),
        examined=len(examined),
        limit=limit,
        slices=tuple(replace(figures, is_beyond_chance=figures.z > limit) for figures in weakest),
    )


def slices_of(names: Sequence[str], matrix: Values) -> Iterator[tuple[ClientSlice, Mask]]:
    """Yield each slice with the clients in it, (n,)."""
    categories = vocabulary(tuple(names))
    for name, values in zip(names, matrix.T, strict=True):
        if name not in categories and name not in catalogue.MAIN:
            continue
        missing = np.isnan(values)
        yield ClientSlice(feature=name, is_missing=True), missing
        if name in categories:
            for code in np.unique(values[~missing]):
                yield ClientSlice(feature=name, code=int(code)), values == code
        else:
            yield from _bands(name, values)


def promised_auc(probability: Values) -> float:
    """Return the AUC that probabilities, (n,), promise: that of outcomes as likely as they say."""
    return _auc(probability, probability)


def auc_standard_error(target: Values, probability: Values) -> float:
    """Return DeLong's standard error of an AUC, from outcomes and probabilities, (n,) each."""
    defaults, repaid = np.sort(probability[target == 1]), np.sort(probability[target == 0])
    below_default = _share_below(repaid, defaults)
    above_repaid = 1 - _share_below(defaults, repaid)
    return float(np.sqrt(below_default.var(ddof=1) / len(defaults) + above_repaid.var(ddof=1) / len(repaid)))


def _bands(name: str, values: Values) -> Iterator[tuple[ClientSlice, Mask]]:
    present = values[~np.isnan(values)]
    if not len(present):
        return
    edges = np.unique(np.quantile(present, np.linspace(0, 1, BANDS + 1)[1:-1]))
    bounds: list[float | None] = [None, *edges.tolist(), None]
    for low, high in pairwise(bounds):
        inside = ~np.isnan(values)
        if low is not None:
            inside &= values > low
        if high is not None:
            inside &= values <= high
        yield ClientSlice(feature=name, low=low, high=high), inside


def _figures(
    client_slice: ClientSlice, target: Values, probability: Values, promise: Values, overall: float
) -> SliceFigures:
    observed, promised = _auc(target, probability), promised_auc(promise)
    shortfall = promised - observed - overall
    # Defaults who all rank alike leave no error to divide by, and no evidence either.
    error = auc_standard_error(target, probability)
    return SliceFigures(
        slice=client_slice,
        clients=len(target),
        defaults=int(target.sum()),
        auc=observed,
        promised=promised,
        shortfall=shortfall,
        z=shortfall / error if error else 0.0,
        is_beyond_chance=False,
        expected=float(promise.mean()),
        observed=float(target.mean()),
    )


def _is_large_enough(target: Values) -> bool:
    defaults = target.sum()
    return len(target) >= MIN_CLIENTS and min(defaults, len(target) - defaults) >= MIN_OUTCOMES


def _recalibrated(target: Values, probability: Values) -> Values:
    log_odds = np.log(probability / (1 - probability))
    slope, intercept = classification.logistic_fit(log_odds, target, np.ones(len(target)))
    return sigmoid(slope * log_odds + intercept)


def _share_below(ordered: Values, values: Values) -> Values:
    """Return the share of `ordered` below each value, ties by half."""
    below = np.searchsorted(ordered, values, side="left")
    at_most = np.searchsorted(ordered, values, side="right")
    share: Values = (below + at_most) / 2 / len(ordered)
    return share


def _auc(target: Values, probability: Values) -> float:
    return classification.auc(classification.rank(target, probability, threshold=0.5))
