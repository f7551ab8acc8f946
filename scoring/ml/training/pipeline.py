"""A whole training: from the clients of a folder to a sealed model folder."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from scoring.ml.learned.learned_features import LearnedFeatures
from scoring.ml.lightgbm import Booster
from scoring.ml.metrics import classification as metrics
from scoring.ml.metrics import costs as threshold
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.model import explainer_data
from scoring.ml.model import folder as model_folder
from scoring.ml.model.calibration import Calibration
from scoring.ml.training.data.clients import Clients, Say
from scoring.ml.training.data.pooling import Step
from scoring.ml.training.explain import explainer_builder, population_summary
from scoring.ml.training.fit import calibration as calibrating
from scoring.ml.training.fit import feature_preparation, out_of_fold, stages
from scoring.ml.training.fit.hyperparameters import Recipe, recipe_for
from scoring.ml.training.fit.staged_boosting import Ladder
from scoring.ml.training.report.model_card import card
from scoring.ml.training.validate import family_ablation
from scoring.ml.training.validate import validation_report as evidence

REFERENCE_ROWS = 5_000
_LIBRARIES = ("lightgbm", "numpy", "scikit-learn", "ibis-framework", "duckdb", "pyarrow")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How log-odds become verdicts, settled on out-of-fold log-odds; `before`: their own calibration."""

    calibration: Calibration
    before: Mapping[str, float]
    fold_thresholds: list[float]
    costs: Costs

    @property
    def threshold(self) -> float:
        return float(np.mean(self.fold_thresholds))


@dataclass(frozen=True, slots=True)
class Trained:
    """The booster fitted on everybody, and what is known about it from clients it had not seen.

    `unseen`, (n,): for each client the probability given by a booster that never saw that client. `clients`
    have the features of the booster, `fitted` is what works out those that were learned from other clients.
    """

    booster: Booster
    rounds: int
    verdicts: Verdicts
    unseen: NDArray[np.float64]
    metrics: Mapping[str, Any]
    evidence: Mapping[str, Any]
    clients: Clients
    fitted: LearnedFeatures


def train(
    clients: Clients,
    *,
    recipe: Recipe,
    seed: int,
    say: Say,
    costs: Costs = DEFAULT_COSTS,
    steps: Sequence[Step] = (),
) -> Trained:
    """Cross-validation, calibration and threshold on 80 %, one look at the other 20 %, a refit on all.

    `steps` are those of pooled folders, the clients' own on top; every figure is on `clients` alone. Raises
    TrainingError when the defaults do not fill the folds.
    """
    parts = stages.split(clients, seed)
    effort = family_ablation.QUICK if recipe.quick else family_ablation.THOROUGH
    worth = family_ablation.families(clients, parts.learn, clients.past, effort=effort, seed=seed, say=say)
    kept = [one["code"] for one in worth if one["fitted"] and one["kept"]]
    prepared = feature_preparation.Preparation(kept, clients.past, recipe, seed)
    ladder = stages.ladder(
        clients, steps or stages.alone(clients), parts, prepared.rows_of, recipe=recipe, seed=seed, say=say
    )
    say(f"Cross-validation on {len(parts.learn):,} clients")
    oof = ladder.cross_validate()
    raw = oof.raw[: len(clients)].copy()
    target, fold = clients.target[parts.learn], parts.fold
    verdicts = _settle(raw[parts.learn], target, fold, costs)
    say(f"Hold-out of {len(parts.judge):,} clients, {oof.rounds} rounds")
    raw[parts.judge] = ladder.held_out()[parts.judge]
    unseen = verdicts.calibration.probability(raw)
    say("Bootstrap intervals")
    figures = {
        part: metrics.evaluate(
            clients.target[rows],
            unseen[rows],
            threshold=verdicts.threshold,
            resamples=recipe.resamples,
            seed=seed,
            costs=costs,
        )
        for part, rows in {"oof": parts.learn, "holdout": parts.judge}.items()
    }
    say(f"Refit on all {len(clients):,} clients")
    everybody = ladder.everybodys()
    shipped = prepared.shipped(clients, everybody.feature_name())
    judged = evidence.Judged(everybody, unseen, verdicts.threshold, costs, figures)
    trouble = evidence.QUICK if recipe.quick else evidence.THOROUGH
    again = out_of_fold.of(clients, families=kept, recipe=recipe_for(len(clients), quick=True), seed=seed)
    found = evidence.evidence(shipped, judged, again, effort=trouble, seed=seed, say=say)
    about = {"families": worth, "selection": _selection(prepared), "steps": _steps(ladder, steps)}
    return Trained(
        everybody, oof.rounds, verdicts, unseen, figures, {**found, **about}, shipped, prepared.fitted
    )


def _settle(
    raw: NDArray[np.float64], target: NDArray[np.float64], fold: NDArray[np.int64], costs: Costs
) -> Verdicts:
    calibration = calibrating.calibrate(raw, target)
    minima = threshold.fold_thresholds(target, calibration.probability(raw), fold, costs)
    return Verdicts(calibration, calibrating.checked(raw, target), minima, costs)


def _selection(prepared: feature_preparation.Preparation) -> dict[str, Any]:
    """As counted when the last booster was fitted, on everybody."""
    chosen = prepared.selection
    return {
        "candidates": chosen.candidates,
        "twins": chosen.twins,
        "chance": chosen.chance,
        "kept": len(chosen.kept),
        "fitted": len(prepared.fitted.names),
    }


def _steps(ladder: Ladder, steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [
        {
            "tables": sorted(step.tables),
            "clients": len(step.target),
            "features": len(step.names),
            "rounds": rounds,
        }
        for step, rounds in zip(steps, ladder.rounds, strict=False)
    ]


def write(where: Path, trained: Trained, *, recipe: Recipe, about: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the empty folder `where` and seal it; returns the facts of its model.json.

    `about` says what this library cannot know: name, created_at, is_demo, seed, and data with the
    fingerprint, the tables and the number of rejected rows.
    """
    clients = trained.clients
    facts = _facts(trained, clients, recipe, about)
    (where / model_folder.BOOSTER).write_text(trained.booster.model_to_string(), encoding="utf-8")
    (where / model_folder.CARD).write_text(card(facts), encoding="utf-8")
    pq.write_table(_reference(trained, clients, about["seed"]), where / model_folder.REFERENCE)
    refused = trained.unseen >= trained.verdicts.threshold
    known = explainer_builder.explain(
        clients, trained.booster, refused, recipe=recipe, rounds=trained.rounds, seed=about["seed"]
    )
    (where / model_folder.EXPLAIN).write_bytes(explainer_data.serialize(known))
    if trained.fitted.families:
        (where / model_folder.FITTED).write_bytes(trained.fitted.pack())
    model_folder.seal(where, facts)
    return facts


def _facts(trained: Trained, clients: Clients, recipe: Recipe, about: Mapping[str, Any]) -> dict[str, Any]:
    verdicts = trained.verdicts
    data = {"clients": len(clients), "default_rate": float(clients.target.mean())}
    return {
        **about,
        "data": {**about["data"], **data},
        "features": list(clients.names),
        "categorical": model_folder.vocabulary(clients.names),
        "medians": _medians(clients),
        "recipe": {**asdict(recipe), "rounds": trained.rounds},
        "threshold": verdicts.threshold,
        "threshold_theory": verdicts.costs.theoretical_threshold,
        "fold_thresholds": verdicts.fold_thresholds,
        "costs": asdict(verdicts.costs),
        "calibration": {**asdict(verdicts.calibration), "before": dict(verdicts.before)},
        "metrics": trained.metrics,
        **trained.evidence,
        "population": population_summary.summarise(clients, trained.unseen < verdicts.threshold),
        "libraries": {name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()},
    }


def _medians(clients: Clients) -> dict[str, float]:
    """The median of each numeric feature that is never missing: what LightGBM would otherwise take for 0."""
    categories = model_folder.vocabulary(clients.names)
    columns = zip(clients.names, clients.matrix.T, strict=True)
    return {
        name: float(np.median(values))
        for name, values in columns
        if name not in categories and not np.isnan(values).any()
    }


def _reference(trained: Trained, clients: Clients, seed: int) -> pa.Table:
    """A sample of features and probabilities, without references, that drift is measured against."""
    rng = np.random.default_rng(seed)
    size = min(REFERENCE_ROWS, len(clients))
    rows = rng.choice(len(clients), size, replace=False)
    columns = dict(zip(clients.names, clients.matrix[rows].T, strict=True))
    return pa.table({**columns, "probability": trained.unseen[rows]})
