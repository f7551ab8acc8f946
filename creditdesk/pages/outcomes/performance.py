"""Promise and outcome by model version, and whether people who overrode the model did better."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from creditdesk.models import Assessment, Decision
from creditdesk.pages.outcomes.loans import ObservedLoans
from scoring.ml.metrics import classification, performance
from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds, wilson
from scoring.ml.metrics.performance import StoredPerformance

Values = NDArray[np.float64]

RESAMPLES: Final = 200
# Fewer overrides than this say more about single cases, and people, than about deciding.
MIN_OVERRIDES: Final = 20


@dataclass(frozen=True, slots=True)
class VersionOutcome:
    """Mature loans assessed by one version: expected and observed default rate, and its metrics.

    `metrics` are None while all of them defaulted or none did; `estimated` is what the probabilities alone
    promise, as a drift report shows it before outcomes are known.
    """

    version: str
    loans: int
    defaults: int
    expected: float
    observed: Estimate
    metrics: dict[str, Estimate] | None
    estimated: StoredPerformance


@dataclass(frozen=True, slots=True)
class OverrideOutcome:
    """Accepted against the verdict, for one reason: `saved` is the model's cost less the people's, per case.

    Above 0 people did better. `saved` and `defaults` are None where there are fewer than MIN_OVERRIDES.
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
        threshold = loans.promises[chosen[0]].threshold
        target, probability = loans.has_defaulted[chosen].astype(np.float64), loans.probability[chosen]
        defaults = int(target.sum())
        has_both = 0 < defaults < len(chosen)
        ranked = classification.rank(target, probability, threshold, costs)
        yield VersionOutcome(
            version=str(version),
            loans=len(chosen),
            defaults=defaults,
            expected=float(probability.mean()),
            observed=Estimate(defaults / len(chosen), *wilson(defaults, len(chosen))),
            metrics=classification.evaluate(ranked, resamples=RESAMPLES, seed=0) if has_both else None,
            estimated=performance.evaluate(None, probability, threshold, costs),
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
    reasons = sorted({reason for reason, _ in chosen})
    by_reason = [
        _override_outcome(reason, [bad for code, bad in chosen if code == reason], costs)
        for reason in reasons
    ]
    return [_override_outcome("", [bad for _, bad in chosen], costs), *by_reason]


def _override_outcome(reason: str, defaulted: Sequence[bool], costs: Costs) -> OverrideOutcome:
    if len(defaulted) < MIN_OVERRIDES:
        return OverrideOutcome(reason, len(defaulted), None, None)
    bad = np.array(defaulted, dtype=np.float64)
    # The model would have refused: it pays for a good payer, the person for a default.
    saved = costs.fp * (1 - bad) - costs.fn * bad
    draws = np.array(
        [[float(weights @ saved / weights.sum())] for weights in bootstrap_weights(len(bad), 2_000, seed=0)]
    )
    low, high = percentile_bounds(draws)
    return OverrideOutcome(
        reason, len(bad), int(bad.sum()), Estimate(float(saved.mean()), float(low[0]), float(high[0]))
    )
