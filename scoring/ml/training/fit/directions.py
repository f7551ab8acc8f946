"""Directions of features: which of them the data deny, and what imposing the others costs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.metrics import intervals
from scoring.ml.metrics.classification import log_losses
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_choices import DirectionsSection, FeatureDirection
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import ProbeData
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]

TENTHS = 10
# Dozens of directions are tested: chance alone denies one in 700.
_MAX_ERRORS = 3.0


def measure_directions(
    names: Sequence[str],
    matrix: Values,
    target: Values,
    train: NDArray[np.int64],
    *,
    size: int,
    seed: int,
    progress: Progress,
) -> DirectionsSection | None:
    """Measure the directions among the features of the clients at `train`, of `matrix` (n, k), `target` (n,).

    Probe models of at most `size` clients compare the log-loss with and without them, on the same folds. They
    are imposed unless that makes the loss worse beyond noise. None when no feature has a direction.
    """
    features = tuple(
        observed_direction(name, column[train], target[train])
        for name, column in zip(names, matrix.T, strict=True)
        if catalogue.BY_NAME[name].direction
    )
    if not features:
        return None
    rows = train[probe_models.stratified_sample(target[train], size, seed)]
    free = ProbeData(names, matrix[rows], target[rows], list(vocabulary(tuple(names))))
    signs = {item.feature: item.sign for item in features if not item.is_denied}
    losses = [
        log_losses(target[rows], sigmoid(probe_models.cross_validate(data, seed=seed).log_odds))
        for data in (free, replace(free, directions=signs))
    ]
    change = mean_estimate(losses[1] - losses[0])
    is_imposed = change.low <= 0
    denied = [item.feature for item in features if item.is_denied]
    progress(
        f"Directions of {len(features)} features change the log-loss by {change.value:+.5f} "
        f"({change.low:+.5f} to {change.high:+.5f}): {'imposed' if is_imposed else 'not imposed'}"
        + (f"; the data deny those of {', '.join(denied)}" if denied else "")
    )
    return DirectionsSection(
        is_imposed=is_imposed, log_loss_change=change, clients=len(rows), features=features
    )


def observed_direction(name: str, values: Values, target: Values) -> FeatureDirection:
    """Compare the declared direction of a feature with the default rates by tenths of its values, (n,) each.

    The slope is that of the outcome on the rank of the value, 0 to 1, by least squares.
    """
    direction = catalogue.BY_NAME[name].direction
    if direction is None:
        raise ValueError(f"{name} has no direction")
    present = ~np.isnan(values)
    slope = _slope(values[present], target[present])
    is_denied = slope is not None and direction.sign * slope.value < -_MAX_ERRORS * slope.standard_error
    return FeatureDirection(
        feature=name,
        sign=int(direction.sign),
        is_denied=bool(is_denied),
        default_rates=_rates_by_tenth(values[present], target[present]),
        slope=slope,
    )


def mean_estimate(values: Values) -> Estimate:
    """Return the mean of n values with its 95 % interval."""
    mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, *intervals.normal(mean, error))


def _slope(values: Values, target: Values) -> Estimate | None:
    """None where the value or the outcome does not vary."""
    if len(values) < TENTHS or np.ptp(values) == 0 or np.ptp(target) == 0:
        return None
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = ((np.cumsum(counts) - counts / 2) / len(values))[position]
    centred = rank - rank.mean()
    slope = float(centred @ target / (centred @ centred))
    residual = target - target.mean() - slope * centred
    error = float(np.sqrt(residual @ residual / (len(values) - 2) / (centred @ centred)))
    return Estimate(slope, *intervals.normal(slope, error))


def _rates_by_tenth(values: Values, target: Values) -> tuple[float, ...]:
    """Clients of equal values stay together, so there may be fewer tenths."""
    if not len(values):
        return ()
    tenth = np.searchsorted(np.quantile(values, np.linspace(0, 1, TENTHS + 1)[1:-1]), values, side="left")
    return tuple(float(target[tenth == number].mean()) for number in np.unique(tenth))
