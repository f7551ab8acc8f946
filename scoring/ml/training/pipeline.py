"""Training pipeline: cross-validation, decision rule, hold-out, refit on all, validation report."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.learned_features import LearnedFeatures
from scoring.ml.lightgbm import Booster
from scoring.ml.metrics import classification
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs, fold_thresholds
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.manifest_sections import (
    ByPart,
    CalibrationCheck,
    FamilyAblation,
    MetricsSection,
    SelectionCounts,
    TrainingStage,
)
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.data.splits import Split
from scoring.ml.training.fit import calibration, out_of_fold, stages
from scoring.ml.training.fit.feature_preparation import FeaturePreparation
from scoring.ml.training.fit.hyperparameters import Hyperparameters, hyperparameters_for
from scoring.ml.training.fit.staged_boosting import StagedBoosting
from scoring.ml.training.progress import Progress
from scoring.ml.training.validate import family_ablation, validation_report
from scoring.ml.training.validate.evaluation import metrics_section
from scoring.ml.training.validate.validation_report import ScoredModel, ValidationReport

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
class TrainedModel:
    """The final booster, fitted on all clients, and its evaluation by boosters that had not seen them.

    `out_of_sample`, (n,): for each client the probability given by a booster that never saw that client.
    `clients` have the features of the final booster; `learned` computes those that are learned.
    """

    booster: Booster
    rounds: int
    rule: DecisionRule
    out_of_sample: Values
    metrics: ByPart[MetricsSection]
    report: ValidationReport
    families: tuple[FamilyAblation, ...]
    selection: SelectionCounts
    stages: tuple[TrainingStage, ...]
    clients: Clients
    learned: LearnedFeatures


def train(
    clients: Clients,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    progress: Progress,
    costs: Costs = DEFAULT_COSTS,
    pooled: Sequence[StageData] = (),
) -> TrainedModel:
    """Cross-validate, calibrate and choose the threshold on 80 %, evaluate on the hold-out, refit on all.

    `pooled` are the stages of pooled folders, the clients' own on top; every figure is on `clients` alone.
    Raises TrainingError when the defaults do not fill the folds.
    """
    split = splits.split(clients.target, seed)
    families = family_ablation.ablate_families(
        clients,
        split.train,
        size=family_ablation.QUICK if hyperparameters.quick else family_ablation.THOROUGH,
        seed=seed,
        progress=progress,
    )
    learned_codes = [family.code for family in families if family.is_learned and family.is_kept]
    preparation = FeaturePreparation(learned_codes, clients.past_loans, hyperparameters, seed)
    boosting = stages.staged_boosting(
        clients,
        pooled or stages.single_stage(clients),
        split,
        preparation.for_stage,
        hyperparameters=hyperparameters,
        seed=seed,
        progress=progress,
    )
    rule, out_of_sample = _score_out_of_sample(boosting, clients, split, costs, progress)
    progress("Bootstrap intervals")
    metrics = _evaluate(clients, split, out_of_sample, rule, hyperparameters.resamples, seed)
    progress(f"Refit on all {len(clients):,} clients")
    booster = boosting.refit_on_all()
    final_clients = preparation.final_clients(clients, booster.feature_name())
    report = validation_report.validation_report(
        final_clients,
        split,
        ScoredModel(booster, out_of_sample, rule.threshold, costs, metrics),
        _quick_procedure(clients, learned_codes, seed),
        size=validation_report.QUICK if hyperparameters.quick else validation_report.THOROUGH,
        seed=seed,
        progress=progress,
    )
    return TrainedModel(
        booster=booster,
        rounds=boosting.rounds[boosting.top],
        rule=rule,
        out_of_sample=out_of_sample,
        metrics=metrics,
        report=report,
        families=families,
        selection=_selection_counts(preparation),
        stages=_training_stages(boosting, pooled),
        clients=final_clients,
        learned=preparation.learned,
    )


def _score_out_of_sample(
    boosting: StagedBoosting, clients: Clients, split: Split, costs: Costs, progress: Progress
) -> tuple[DecisionRule, Values]:
    """Choose the decision rule out of fold, and return the probability of every client, (n,), by it."""
    progress(f"Cross-validation on {len(split.train):,} clients")
    cross_validated = boosting.cross_validate()
    log_odds = cross_validated.log_odds[: len(clients)].copy()
    rule = _choose_rule(log_odds[split.train], clients.target[split.train], split.fold, costs)
    progress(f"Hold-out of {len(split.hold_out):,} clients, {cross_validated.rounds} rounds")
    log_odds[split.hold_out] = boosting.hold_out_log_odds()[split.hold_out]
    return rule, rule.calibration.probability(log_odds)


def _choose_rule(log_odds: Values, target: Values, fold: NDArray[np.int64], costs: Costs) -> DecisionRule:
    """Calibrate out-of-fold log-odds and choose the threshold, (n,) each."""
    fitted = calibration.calibrate(log_odds, target)
    thresholds = fold_thresholds(target, fitted.probability(log_odds), fold, costs)
    return DecisionRule(fitted, calibration.check(log_odds, target), tuple(thresholds), costs)


def _evaluate(
    clients: Clients, split: Split, probability: Values, rule: DecisionRule, resamples: int, seed: int
) -> ByPart[MetricsSection]:
    def part(rows: NDArray[np.int64]) -> MetricsSection:
        ranked = classification.rank(clients.target[rows], probability[rows], rule.threshold, rule.costs)
        return metrics_section(ranked, resamples=resamples, seed=seed)

    return ByPart(out_of_fold=part(split.train), holdout=part(split.hold_out))


def _quick_procedure(clients: Clients, learned_codes: Sequence[str], seed: int) -> out_of_fold.CrossValidate:
    quick = hyperparameters_for(len(clients), quick=True)
    return out_of_fold.procedure(clients, families=learned_codes, hyperparameters=quick, seed=seed)


def _selection_counts(preparation: FeaturePreparation) -> SelectionCounts:
    """Return the counts of the final booster's selection, on all clients."""
    selection = preparation.selection
    return SelectionCounts(
        candidates=selection.candidates,
        collinear=selection.collinear,
        null_importance=selection.null_importance,
        selected=len(selection.selected),
        learned=len(preparation.learned.names),
    )


def _training_stages(boosting: StagedBoosting, pooled: Sequence[StageData]) -> tuple[TrainingStage, ...]:
    return tuple(
        TrainingStage(
            tables=tuple(sorted(stage.tables)),
            clients=len(stage.target),
            features=len(stage.names),
            rounds=rounds,
        )
        for stage, rounds in zip(pooled, boosting.rounds, strict=False)
    )
