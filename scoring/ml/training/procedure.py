"""Training procedure on one split, repeated on others: features, boosters, calibration, threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs, fold_thresholds
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.manifest_choices import RepeatedSplits
from scoring.ml.model.manifest_sections import CalibrationCheck
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit import calibration, stages
from scoring.ml.training.fit.feature_preparation import FeaturePreparation
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.fit.staged_boosting import StagedBoosting
from scoring.ml.training.progress import Progress, silent
from scoring.ml.training.validate import repeated_splits
from scoring.ml.training.validate.threshold_rules import ScoredClients

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """From log-odds to verdicts: calibration and threshold, chosen on out-of-fold log-odds.

    `uncalibrated` is the check of the booster's own probabilities.
    """

    calibration: Calibration
    uncalibrated: CalibrationCheck
    fold_thresholds: tuple[float, ...]
    costs: Costs

    @property
    def threshold(self) -> float:
        return float(np.mean(self.fold_thresholds))


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A procedure on one split: its boosters, the rule chosen out of fold, and all clients out of sample."""

    boosting: StagedBoosting
    preparation: FeaturePreparation
    scored: ScoredClients
    rule: DecisionRule
    out_of_sample: Values


@dataclass(frozen=True, slots=True)
class Procedure:
    """All that follows from a split: features, boosters, calibration and threshold, chosen in the split."""

    clients: Clients
    pooled: Sequence[StageData]
    learned_codes: Sequence[str]
    hyperparameters: Hyperparameters
    costs: Costs

    def evaluate(self, seed: int, progress: Progress) -> Evaluated:
        """Choose the decision rule out of fold, and score every client by boosters that never saw them."""
        clients, split = self.clients, splits.split(self.clients.target, seed)
        preparation = FeaturePreparation(self.learned_codes, clients.past_loans, self.hyperparameters, seed)
        boosting = stages.staged_boosting(
            clients,
            self.pooled or stages.single_stage(clients),
            split,
            preparation.for_stage,
            hyperparameters=self.hyperparameters,
            seed=seed,
            progress=progress,
        )
        progress(f"Cross-validation on {len(split.train):,} clients")
        cross_validated = boosting.cross_validate()
        log_odds = cross_validated.log_odds[: len(clients)].copy()
        rule = _choose_rule(log_odds[split.train], clients.target[split.train], split.fold, self.costs)
        scored = ScoredClients(
            log_odds[split.train], clients.target[split.train], split.fold, rule.calibration, self.costs
        )
        progress(f"Hold-out of {len(split.hold_out):,} clients, {cross_validated.rounds} rounds")
        log_odds[split.hold_out] = boosting.hold_out_log_odds()[split.hold_out]
        return Evaluated(boosting, preparation, scored, rule, rule.calibration.probability(log_odds))

    def repeat(self, first: Evaluated, seed: int, progress: Progress) -> RepeatedSplits:
        """Evaluate on further splits; the first is at hand."""
        seeds = range(seed, seed + repeated_splits.SPLITS)
        evaluated = [first, *(self._evaluate_again(number, progress) for number in seeds[1:])]
        measured = [
            repeated_splits.figures(
                self.clients.target,
                split_evaluated.out_of_sample,
                splits.split(self.clients.target, number),
                split_evaluated.rule.threshold,
                self.costs,
            )
            for number, split_evaluated in zip(seeds, evaluated, strict=True)
        ]
        return repeated_splits.repeated_splits(seeds, measured)

    def _evaluate_again(self, seed: int, progress: Progress) -> Evaluated:
        progress(f"The same on another split into folds and hold-out, seed {seed}")
        return self.evaluate(seed, silent)


def _choose_rule(log_odds: Values, target: Values, fold: NDArray[np.int64], costs: Costs) -> DecisionRule:
    """Calibrate out-of-fold log-odds and choose the threshold, (n,) each."""
    fitted = calibration.calibrate(log_odds, target)
    thresholds = fold_thresholds(target, fitted.probability(log_odds), fold, costs)
    return DecisionRule(fitted, calibration.check(log_odds, target), tuple(thresholds), costs)
