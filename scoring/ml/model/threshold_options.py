"""Ways to choose a threshold, side by side, from what the training of a version measured."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import ReferBand, ThresholdRule
from scoring.ml.model.manifest_sections import KsCurve

FOLD_MEAN: Final = "fold_mean"
POOLED: Final = "pooled"
HALF_WAY: Final = "half_way"
THEORETICAL: Final = "theoretical"
# Two thresholds at once, whatever the costs: see `refer_band`.
RISK_CONTROL: Final = "risk_control"
RULES: Final = (FOLD_MEAN, POOLED, HALF_WAY, THEORETICAL)

# The quantile of the normal distribution between whose two signs 95 % lie.
NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdOption:
    """A rule and its threshold at certain costs.

    `cost` per case: with its 95 % interval on clients that the threshold was not chosen on; without one read
    off the curve of the out-of-fold clients. Without a `threshold` the rule cannot be used, and `bar` says
    why: `not_measured`, `not_calibrated`, or `other_costs` than the folds were searched for.
    """

    code: str
    threshold: float | None = None
    cost: float | None = None
    interval: Estimate | None = None
    bar: str = ""


def threshold_options(manifest: Manifest, costs: Costs) -> list[ThresholdOption]:
    """Return every rule at these costs; those of a version that did not measure them say so."""
    measured = (
        {rule.code: rule for rule in manifest.threshold_rules.rules} if manifest.threshold_rules else {}
    )
    if costs.fn * manifest.costs.fp == costs.fp * manifest.costs.fn:
        return [_as_measured(code, measured.get(code), manifest) for code in RULES]
    return [_at_other_costs(code, measured.get(code), manifest, costs) for code in RULES]


def refer_band(manifest: Manifest) -> ReferBand | None:
    """The band that keeps the declared limit; None where the training did not find one."""
    band = manifest.refer_band
    return band if band and band.accept_below is not None else None


def _as_measured(code: str, rule: ThresholdRule | None, manifest: Manifest) -> ThresholdOption:
    if rule is None and code == FOLD_MEAN:
        # Every version has it: it is the threshold of its folder.
        return ThresholdOption(code=code, threshold=manifest.threshold)
    if rule is None:
        return ThresholdOption(code=code, bar="not_measured")
    if rule.threshold is None:
        return ThresholdOption(code=code, bar="not_calibrated")
    if rule.cost is None:
        return ThresholdOption(code=code, threshold=rule.threshold)
    half = NORMAL_95 * (rule.cost_deviation or 0.0)
    interval = Estimate(rule.cost, rule.cost - half, rule.cost + half)
    return ThresholdOption(code=code, threshold=rule.threshold, cost=rule.cost, interval=interval)


def _at_other_costs(
    code: str, rule: ThresholdRule | None, manifest: Manifest, costs: Costs
) -> ThresholdOption:
    """Nothing is trained anew: the shares of defaults and of good payers below a threshold stay the same."""
    if code == FOLD_MEAN:
        return ThresholdOption(code=code, bar="other_costs")
    if rule is None or manifest.curves is None:
        return ThresholdOption(code=code, bar="not_measured")
    if rule.threshold is None:
        return ThresholdOption(code=code, bar="not_calibrated")
    thresholds, by_threshold = _cost_curve(manifest.curves.out_of_fold.ks, manifest.data.default_rate, costs)
    pooled = float(thresholds[int(np.argmin(by_threshold))])
    threshold = {
        POOLED: pooled,
        HALF_WAY: (pooled + costs.theoretical_threshold) / 2,
        THEORETICAL: costs.theoretical_threshold,
    }[code]
    cost = float(np.interp(threshold, thresholds, by_threshold))
    return ThresholdOption(code=code, threshold=threshold, cost=cost)


def _cost_curve(curve: KsCurve, rate: float, costs: Costs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Threshold and cost per case of the points of a curve, at this default rate."""
    accepted_defaults = np.asarray(curve.defaults, dtype=np.float64)
    refused_payers = 1 - np.asarray(curve.repaid, dtype=np.float64)
    cost = costs.fn * rate * accepted_defaults + costs.fp * (1 - rate) * refused_payers
    return np.asarray(curve.probability, dtype=np.float64), cost
