"""A whole training: from the clients of a folder to a sealed model folder."""

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from scoring.ml.model import explained
from scoring.ml.model import folder as model_folder
from scoring.ml.model.booster import Booster, raw_scores
from scoring.ml.model.calibration import Calibration
from scoring.ml.training import calibrating, evidence, explaining, metrics, splits, summaries, threshold
from scoring.ml.training.card import card
from scoring.ml.training.clients import Clients, Say
from scoring.ml.training.fitting import Fitter
from scoring.ml.training.recipe import Recipe
from scoring.ml.training.threshold import USUAL, Costs

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

    `unseen`, (n,): for each client the probability given by a booster that never saw that client.
    """

    booster: Booster
    rounds: int
    verdicts: Verdicts
    unseen: NDArray[np.float64]
    metrics: Mapping[str, Any]
    evidence: Mapping[str, Any]


def train(clients: Clients, *, recipe: Recipe, seed: int, say: Say, costs: Costs = USUAL) -> Trained:
    """Cross-validation, calibration and threshold on 80 %, one look at the other 20 %, a refit on all.

    Raises TrainingError when the defaults do not fill the folds.
    """
    fitter = Fitter(clients.names, recipe, seed)
    learn, judge = splits.hold_out(clients.target, seed)
    fold = splits.folds(clients.target[learn], seed)
    seen, target = clients.matrix[learn], clients.target[learn]
    say(f"Cross-validation on {len(learn):,} clients")
    oof = fitter.cross_validate(seen, target, fold, say=say)
    verdicts = _settle(oof.raw, target, fold, costs)
    say(f"Hold-out of {len(judge):,} clients, {oof.rounds} rounds")
    raw = np.empty(len(clients))
    raw[learn] = oof.raw
    raw[judge] = raw_scores(fitter.fit(seen, target, oof.rounds), clients.matrix[judge])
    unseen = verdicts.calibration.probability(raw)
    say("Bootstrap intervals")
    parts = {"oof": learn, "holdout": judge}
    figures = {
        part: metrics.evaluate(
            clients.target[rows],
            unseen[rows],
            threshold=verdicts.threshold,
            resamples=recipe.resamples,
            seed=seed,
            costs=costs,
        )
        for part, rows in parts.items()
    }
    say(f"Refit on all {len(clients):,} clients")
    everybody = fitter.fit(clients.matrix, clients.target, oof.rounds)
    judged = evidence.Judged(everybody, unseen, verdicts.threshold, costs, figures)
    effort = evidence.QUICK if recipe.quick else evidence.THOROUGH
    found = evidence.evidence(clients, judged, effort=effort, seed=seed, say=say)
    return Trained(everybody, oof.rounds, verdicts, unseen, figures, found)


def _settle(
    raw: NDArray[np.float64], target: NDArray[np.float64], fold: NDArray[np.int64], costs: Costs
) -> Verdicts:
    calibration = calibrating.calibrate(raw, target)
    minima = threshold.fold_thresholds(target, calibration.probability(raw), fold, costs)
    return Verdicts(calibration, calibrating.checked(raw, target), minima, costs)


def write(
    where: Path, trained: Trained, clients: Clients, *, recipe: Recipe, about: Mapping[str, Any]
) -> dict[str, Any]:
    """Fill the empty folder `where` and seal it; returns the facts of its model.json.

    `about` says what this library cannot know: name, created_at, is_demo, seed, and data with the
    fingerprint, the tables and the number of rejected rows.
    """
    facts = _facts(trained, clients, recipe, about)
    (where / model_folder.BOOSTER).write_text(trained.booster.model_to_string(), encoding="utf-8")
    (where / model_folder.CARD).write_text(card(facts), encoding="utf-8")
    pq.write_table(_reference(trained, clients, about["seed"]), where / model_folder.REFERENCE)
    refused = trained.unseen >= trained.verdicts.threshold
    known = explaining.explain(
        clients, trained.booster, refused, recipe=recipe, rounds=trained.rounds, seed=about["seed"]
    )
    (where / model_folder.EXPLAIN).write_bytes(explained.pack(known))
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
        "threshold_theory": verdicts.costs.theory,
        "fold_thresholds": verdicts.fold_thresholds,
        "costs": asdict(verdicts.costs),
        "calibration": {**asdict(verdicts.calibration), "before": dict(verdicts.before)},
        "metrics": trained.metrics,
        **trained.evidence,
        "population": summaries.summarise(clients, trained.unseen < verdicts.threshold),
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
