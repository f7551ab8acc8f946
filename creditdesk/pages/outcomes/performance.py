"""Promise and outcome by model version, and whether people who overrode the model did better."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.cases.small_groups import hidden_groups
from creditdesk.models import Assessment, Decision
from creditdesk.pages.outcomes.loans import ObservedLoans
from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import Ranked
from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds, wilson

Values = NDArray[np.float64]

RESAMPLES: Final = 200
# Fewer overrides than this say more about single cases, and people, than about deciding.
MIN_OVERRIDES: Final = 20


@dataclass(frozen=True, slots=True)
class VersionOutcome:
    """Mature loans assessed by one version: expected and observed default rate, and its metrics.

    `metrics` are None while all of them defaulted or none did; the promised figures are what the
    probabilities alone say, as a drift report shows them before outcomes are known. Costs are of verdicts by
    the threshold that each loan was assessed with: policies change while a version is in use.
    """

    version: str
    loans: int
    defaults: int
    expected: float
    observed: Estimate
    metrics: dict[str, Estimate] | None
    promised_auc: float
    promised_cost: float


@dataclass(frozen=True, slots=True)
class OverrideOutcome:
    """Accepted against the verdict, for one reason: `saved` is the model's cost less the people's, per case.

    Above 0 people did better. `saved` and `defaults` are None where there are fewer than MIN_OVERRIDES, and
    where the total less the other reasons would tell those of so few.
    """

    reason_code: str
    cases: int
    defaults: int | None
    saved: Estimate | None

    @property
    def label(self) -> str:
        return str(Decision.ReasonCode(self.reason_code).label) if self.reason_code else ""


def by_version(loans: ObservedLoans, costs: Costs) -> Iterator[VersionOutcome]:
    """Yield the versions whose assessments have mature loans, in the order of their names."""
    versions = np.array([promise.version for promise in loans.promises])
    usable = loans.is_mature & ~np.isnan(loans.probability)
    for version in sorted(set(versions[usable])):
        chosen = np.flatnonzero(usable & (versions == version))
        thresholds = np.array([loans.promises[row].threshold for row in chosen])
        target, probability = loans.has_defaulted[chosen].astype(np.float64), loans.probability[chosen]
        is_refused = probability >= thresholds
        defaults = int(target.sum())
        has_both = 0 < defaults < len(chosen)
        ranked = classification.rank(target, probability, thresholds[0], costs)
        promised = classification.rank(probability, probability, thresholds[0], costs)
        cost = _mean(_paid(is_refused, target, costs), RESAMPLES)
        yield VersionOutcome(
            version=str(version),
            loans=len(chosen),
            defaults=defaults,
            expected=float(probability.mean()),
            observed=Estimate(defaults / len(chosen), *wilson(defaults, len(chosen))),
            metrics=_measured(ranked) | {"cost": cost} if has_both else None,
            promised_auc=classification.auc(promised),
            promised_cost=float(_paid(is_refused, probability, costs).mean()),
        )


def overrides(loans: ObservedLoans, costs: Costs) -> list[OverrideOutcome]:
    """Return how loans fared that people accepted though the model refused, by reason, all of them first."""
    chosen = [
        (promise.reason_code, bool(loans.has_defaulted[row]))
        for row, promise in enumerate(loans.promises)
        if loans.is_mature[row] and promise.is_override and promise.verdict == Assessment.Verdict.REFUSE
    ]
    if not chosen:
        return []
    by_reason = {
        reason: [bad for code, bad in chosen if code == reason]
        for reason in sorted({reason for reason, _ in chosen})
    }
    sizes = {reason: len(defaulted) for reason, defaulted in by_reason.items()}
    hidden = hidden_groups(sizes, MIN_OVERRIDES)
    rows = [
        OverrideOutcome(reason, len(defaulted), None, None)
        if reason in hidden
        else _override_outcome(reason, defaulted, costs)
        for reason, defaulted in by_reason.items()
    ]
    everything = [bad for _, bad in chosen]
    if len(everything) < MIN_OVERRIDES:
        return [OverrideOutcome("", len(everything), None, None), *rows]
    return [_override_outcome("", everything, costs), *rows]


def _override_outcome(reason: str, defaulted: Sequence[bool], costs: Costs) -> OverrideOutcome:
    bad = np.array(defaulted, dtype=np.float64)
    # The model would have refused: it pays for a good payer, the person for a default.
    saved = costs.fp * (1 - bad) - costs.fn * bad
    return OverrideOutcome(reason, len(bad), int(bad.sum()), _mean(saved, 2_000))


def _measured(loans: Ranked) -> dict[str, Estimate]:
    """AUC, Gini and KS, which no threshold changes.

    Where defaults are few, resamples without one say nothing of the order: they are left out.
    """
    metrics = {"auc": classification.auc, "gini": classification.gini, "ks": classification.ks}
    draws = [
        [metric(resample) for metric in metrics.values()]
        for weights in bootstrap_weights(len(loans.target), RESAMPLES, seed=0)
        if 0 < (resample := loans.resampled(weights)).weights @ loans.target < weights.sum()
    ]
    lows, highs = percentile_bounds(np.array(draws))
    return {
        name: Estimate(metric(loans), float(low), float(high))
        for (name, metric), low, high in zip(metrics.items(), lows, highs, strict=True)
    }


def _paid(is_refused: NDArray[np.bool_], defaults: Values, costs: Costs) -> Values:
    """The business cost of each verdict, (n,); `defaults` are 0 or 1, or probabilities."""
    return np.where(is_refused, costs.fp * (1 - defaults), costs.fn * defaults)


def _mean(values: Values, resamples: int) -> Estimate:
    draws = [
        [float(weights @ values / weights.sum())]
        for weights in bootstrap_weights(len(values), resamples, seed=0)
    ]
    low, high = percentile_bounds(np.array(draws))
    return Estimate(float(values.mean()), float(low[0]), float(high[0]))
