"""A search for LightGBM settings with Optuna, kept in a file: the next call goes on where one stopped."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring.ml.metrics import classification
from scoring.ml.model.calibration import sigmoid
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, Say, TrainingError
from scoring.ml.training.fit.early_stopping import Fitter
from scoring.ml.training.fit.hyperparameters import Recipe
from scoring.ml.training.tracking import Run

if TYPE_CHECKING:
    import optuna

# Larger steps while searching: what is best at 0.05 is near the best at 0.02, in a third of the time.
STEP = 0.05
PATIENCE = 50

# Name -> (low, high, on a logarithmic scale): around the settings of the strongest public single models.
REALS: Mapping[str, tuple[float, float, bool]] = {
    "feature_fraction": (0.03, 0.6, True),
    "bagging_fraction": (0.6, 1.0, False),
    "lambda_l1": (1e-3, 20.0, True),
    "lambda_l2": (1.0, 200.0, True),
    "min_gain_to_split": (0.0, 0.5, False),
}
WHOLES: Mapping[str, tuple[int, int, bool]] = {
    "num_leaves": (8, 64, True),
    "max_depth": (3, 10, False),
    "min_data_in_leaf": (20, 300, True),
}
# What LightGBM takes where a recipe says nothing.
_UNSAID = {"lambda_l1": 1e-3, "min_gain_to_split": 0.0}


@dataclass(frozen=True, slots=True)
class Tuned:
    """The recipe with the best settings found, what to record of the search, and a run for each trial."""

    recipe: Recipe
    record: dict[str, Any]
    runs: list[Run]


def tune(
    clients: Clients, recipe: Recipe, *, seed: int, trials: int, store: Path, fingerprint: str, say: Say
) -> Tuned:
    """Search until the study of these clients has `trials` finished ones, those of earlier calls included.

    Judged by the log-loss out of fold, on the folds of the training; the hold-out is not looked at. The
    recipe's own settings are the first trial, so that the best is never worse. Raises TrainingError when the
    store cannot be used.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    own = {name: recipe.params.get(name, _UNSAID.get(name)) for name in (*REALS, *WHOLES)}
    try:
        study = _study(store, _name(clients, recipe, seed, fingerprint), seed)
        _search(study, own, trials, lambda trial: _objective(trial, clients, recipe, seed), say)
    except (optuna.exceptions.StorageInternalError, SQLAlchemyError, OSError) as error:
        raise TrainingError(f"the search cannot be kept in {store}: {str(error).splitlines()[0]}") from error
    best = study.best_trial
    say(f"Best of {len(_finished(study))} trials: log-loss {best.value:.5f}")
    return Tuned(replace(recipe, params={**recipe.params, **best.params}), _record(study, own), _runs(study))


def _study(store: Path, name: str, seed: int) -> "optuna.Study":
    import optuna

    store.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=f"sqlite:///{store}", study_name=name, direction="minimize", load_if_exists=True
    )
    # A search that goes on must not draw the same settings again.
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    return study


def _name(clients: Clients, recipe: Recipe, seed: int, fingerprint: str) -> str:
    """Trials compare only on the same clients, features, folds and other settings."""
    said = [fingerprint, clients.names, len(clients), seed, dict(recipe.params), recipe.max_rounds]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]


def _search(study: "optuna.Study", own: Mapping[str, Any], trials: int, objective: Any, say: Say) -> None:
    known = _finished(study)
    say(f"Search: {len(known)} of {trials} trials are known")
    if not any(_is_own(trial) for trial in known):
        study.enqueue_trial(dict(own), user_attrs={"own": True})
    for _ in range(trials - len(known)):
        study.optimize(objective, n_trials=1)
        last = study.trials[-1]
        say(f"Trial {last.number}: log-loss {last.value:.5f}, AUC {last.user_attrs['auc']:.4f}")


def _objective(trial: "optuna.Trial", clients: Clients, recipe: Recipe, seed: int) -> float:
    chosen: dict[str, Any] = {
        name: trial.suggest_float(name, low, high, log=log) for name, (low, high, log) in REALS.items()
    }
    chosen |= {name: trial.suggest_int(name, low, high, log=log) for name, (low, high, log) in WHOLES.items()}
    learn, _ = splits.hold_out(clients.target, seed)
    target = clients.target[learn]
    searching = replace(
        recipe, params={**recipe.params, **chosen, "learning_rate": STEP}, seeds=1, patience=PATIENCE
    )
    fitter = Fitter(clients.names, searching, seed)
    fold = splits.folds(target, seed)
    oof = fitter.cross_validate(clients.matrix[learn], target, fold, say=lambda stage: None)
    ranked = classification.rank(target, sigmoid(oof.raw), threshold=0.5)
    trial.set_user_attr("auc", classification.auc(ranked))
    trial.set_user_attr("rounds", oof.rounds)
    return classification.log_loss(ranked)


def _finished(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    import optuna

    return study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))


def _is_own(trial: "optuna.trial.FrozenTrial") -> bool:
    return bool(trial.user_attrs.get("own"))


def _record(study: "optuna.Study", own: Mapping[str, Any]) -> dict[str, Any]:
    known, best = _finished(study), study.best_trial
    before = next((trial.value for trial in known if _is_own(trial)), None)
    return {
        "trials": len(known),
        "log_loss": best.value,
        "log_loss_of_the_recipe": before,
        "auc": best.user_attrs["auc"],
        "step": STEP,
        "params": dict(best.params),
        "recipe": dict(own),
        "study": study.study_name,
    }


def _runs(study: "optuna.Study") -> list[Run]:
    return [
        Run(
            name=f"trial-{trial.number}",
            params=trial.params,
            metrics={"log_loss": trial.value or 0.0, **_measured(trial)},
            tags={"study": study.study_name},
        )
        for trial in _finished(study)
    ]


def _measured(trial: "optuna.trial.FrozenTrial") -> dict[str, float]:
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    return {"auc": trial.user_attrs["auc"], "rounds": trial.user_attrs["rounds"], "seconds": seconds}
