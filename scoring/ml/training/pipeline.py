"""Training pipeline: cross-validation, decision rule, hold-out, refit on all, validation report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.learned_features import LearnedFeatures
from scoring.ml.lightgbm import Booster
from scoring.ml.metrics import classification
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.model.manifest_choices import (
    DEFAULT_ACCEPT_LIMIT,
    AcceptLimit,
    DirectionsSection,
    FeatureCountCurve,
    ReferBand,
    RepeatedSplits,
    ThresholdRules,
)
from scoring.ml.model.manifest_fair_search import FairSearch
from scoring.ml.model.manifest_sections import (
    ByPart,
    FamilyAblation,
    MetricsSection,
    SelectionCounts,
    TrainingStage,
)
from scoring.ml.model.manifest_weaknesses import WeaknessReport
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.data.splits import Split
from scoring.ml.training.fit import directions, feature_count, out_of_fold, stages
from scoring.ml.training.fit.feature_preparation import FeaturePreparation
from scoring.ml.training.fit.hyperparameters import Hyperparameters, hyperparameters_for
from scoring.ml.training.fit.staged_boosting import Start
from scoring.ml.training.procedure import DecisionRule, Evaluated, Procedure
from scoring.ml.training.progress import Progress
from scoring.ml.training.validate import (
    disturbed_inputs,
    fair_proxies,
    fair_search,
    family_ablation,
    risk_control,
    threshold_rules,
    validation_report,
    weak_slices,
)
from scoring.ml.training.validate.disturbed_inputs import HoldOutVerdicts
from scoring.ml.training.validate.evaluation import metrics_section
from scoring.ml.training.validate.fair_search import FairSearchRequest
from scoring.ml.training.validate.validation_report import ScoredModel, ValidationReport

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """The final booster, fitted on all clients, and its evaluation by boosters that had not seen them.

    `out_of_sample`, (n,): for each client the probability given by a booster that never saw that client.
    `clients` have the features of the final booster; `learned` computes those that are learned.
    `hyperparameters` are those given, with the number of features and the directions that were chosen.
    """

    booster: Booster
    hyperparameters: Hyperparameters
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
    directions: DirectionsSection | None
    feature_count: FeatureCountCurve | None
    threshold_rules: ThresholdRules
    refer_band: ReferBand
    weaknesses: WeaknessReport
    repeated_splits: RepeatedSplits
    start: Start
    fair_search: FairSearch | None


def train(
    clients: Clients,
    *,
    hyperparameters: Hyperparameters,
    seed: int,
    progress: Progress,
    costs: Costs = DEFAULT_COSTS,
    accept_limit: AcceptLimit = DEFAULT_ACCEPT_LIMIT,
    pooled: Sequence[StageData] = (),
    fair: FairSearchRequest | None = None,
) -> TrainedModel:
    """Cross-validate, calibrate and choose the threshold on 80 %, evaluate on the hold-out, refit on all.

    `pooled` are the stages of pooled folders, the clients' own on top; every figure is on `clients` alone.
    `fair` searches for alternatives first and trains the one that it names. Raises TrainingError when the
    defaults do not fill the folds, or where both are given.
    """
    if fair and pooled:
        raise TrainingError("alternatives are searched for on one folder: leave out those that are pooled")
    split = splits.split(clients.target, seed)
    searched = _search(clients, split, hyperparameters, fair, costs, seed, progress) if fair else None
    barred: frozenset[str] = frozenset()
    if searched:
        chosen = fair_search.choice(searched)
        clients = fair_proxies.without(clients, chosen.dropped)
        barred = fair_proxies.barred_families(chosen.dropped)
        hyperparameters = replace(hyperparameters, params={**hyperparameters.params, **chosen.params})
    families = family_ablation.ablate_families(
        clients,
        split.train,
        size=family_ablation.QUICK if hyperparameters.quick else family_ablation.THOROUGH,
        seed=seed,
        progress=progress,
    )
    families = tuple(
        replace(family, is_kept=family.is_kept and family.code not in barred) for family in families
    )
    learned_codes = [family.code for family in families if family.is_learned and family.is_kept]
    choices = _choose_inputs(clients, split, hyperparameters, seed, progress)
    procedure = Procedure(clients, tuple(pooled), learned_codes, choices.hyperparameters, costs)
    evaluated = procedure.evaluate(seed, progress)
    progress("Bootstrap intervals")
    metrics = _evaluate(
        clients, split, evaluated.out_of_sample, evaluated.rule, hyperparameters.resamples, seed
    )
    rules = threshold_rules.compare_rules(evaluated.scored, resamples=hyperparameters.resamples, seed=seed)
    band = _refer_band(clients, split, evaluated, accept_limit)
    weaknesses = _weaknesses(clients, split, evaluated, hyperparameters.resamples, seed, progress)
    repeated = procedure.repeat(evaluated, seed, progress)
    progress(f"Refit on all {len(clients):,} clients")
    booster = evaluated.boosting.refit_on_all()
    preparation = evaluated.preparation
    final_clients = preparation.final_clients(clients, booster.feature_name())
    report = validation_report.validation_report(
        final_clients,
        split,
        ScoredModel(booster, evaluated.out_of_sample, evaluated.rule.threshold, costs, metrics),
        _quick_procedure(clients, learned_codes, seed),
        size=validation_report.QUICK if hyperparameters.quick else validation_report.THOROUGH,
        seed=seed,
        progress=progress,
    )
    return TrainedModel(
        booster=booster,
        hyperparameters=choices.hyperparameters,
        rounds=evaluated.boosting.rounds[evaluated.boosting.top],
        rule=evaluated.rule,
        out_of_sample=evaluated.out_of_sample,
        metrics=metrics,
        report=report,
        families=families,
        selection=_selection_counts(preparation),
        stages=stages.training_stages(evaluated.boosting, pooled),
        clients=final_clients,
        learned=preparation.learned,
        directions=choices.directions,
        feature_count=choices.feature_count,
        threshold_rules=rules,
        refer_band=band,
        weaknesses=weaknesses,
        repeated_splits=repeated,
        start=evaluated.boosting.start_of_all(),
        fair_search=searched,
    )


def _search(
    clients: Clients,
    split: Split,
    hyperparameters: Hyperparameters,
    fair: FairSearchRequest,
    costs: Costs,
    seed: int,
    progress: Progress,
) -> FairSearch:
    """Search on the clients to train on; the hold-out is not looked at."""
    size = validation_report.QUICK if hyperparameters.quick else validation_report.THOROUGH
    return fair_search.search(
        clients, split.train, fair, costs=costs, size=size.probed, seed=seed, progress=progress
    )


@dataclass(frozen=True, slots=True)
class _Choices:
    """The hyperparameters with the directions and the number of features that were chosen."""

    hyperparameters: Hyperparameters
    directions: DirectionsSection | None
    feature_count: FeatureCountCurve | None


def _choose_inputs(
    clients: Clients, split: Split, hyperparameters: Hyperparameters, seed: int, progress: Progress
) -> _Choices:
    """Choose on the clients to train on; the hold-out is not looked at."""
    size = validation_report.QUICK if hyperparameters.quick else validation_report.THOROUGH
    measured = directions.measure_directions(
        clients.names,
        clients.matrix,
        clients.target,
        split.train,
        size=size.probed,
        seed=seed,
        progress=progress,
    )
    directed = replace(hyperparameters, directions=measured.imposed if measured else {})
    curve = feature_count.choose_feature_count(
        clients.names,
        clients.matrix,
        clients.target,
        split.train,
        hyperparameters=directed,
        size=size.probed,
        seed=seed,
        progress=progress,
    )
    return _Choices(replace(directed, features=curve.chosen if curve else None), measured, curve)


def _evaluate(
    clients: Clients, split: Split, probability: Values, rule: DecisionRule, resamples: int, seed: int
) -> ByPart[MetricsSection]:
    def part(rows: NDArray[np.int64]) -> MetricsSection:
        ranked = classification.rank(clients.target[rows], probability[rows], rule.threshold, rule.costs)
        return metrics_section(ranked, resamples=resamples, seed=seed)

    return ByPart(out_of_fold=part(split.train), holdout=part(split.hold_out))


def _refer_band(clients: Clients, split: Split, evaluated: Evaluated, limit: AcceptLimit) -> ReferBand:
    """Choose the band out of fold; the hold-out only looks at it."""
    scored, hold_out = evaluated.scored, split.hold_out
    return risk_control.refer_band(
        scored.calibration.probability(scored.log_odds),
        scored.target,
        threshold=evaluated.rule.threshold,
        limit=limit,
        hold_out=(evaluated.out_of_sample[hold_out], clients.target[hold_out]),
    )


def _weaknesses(
    clients: Clients, split: Split, evaluated: Evaluated, resamples: int, seed: int, progress: Progress
) -> WeaknessReport:
    """Look for weak slices among all clients, out of sample, and disturb the inputs of the hold-out."""
    progress("Weak slices, noise and missing values")
    rule = evaluated.rule
    hold_out = HoldOutVerdicts(
        evaluated.boosting.hold_out_model(),
        clients.target[split.hold_out],
        rule.calibration,
        rule.threshold,
        rule.costs,
    )
    draws = min(resamples, disturbed_inputs.MAX_RESAMPLES)
    noise, missing = (
        disturbed_inputs.curve(hold_out, disturb, resamples=draws, seed=seed)
        for disturb in (disturbed_inputs.with_noise, disturbed_inputs.with_missing)
    )
    weak = weak_slices.find_weak_slices(
        clients.names, clients.matrix, clients.target, evaluated.out_of_sample
    )
    return WeaknessReport(weak_slices=weak, noise=noise, missing=missing)


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
