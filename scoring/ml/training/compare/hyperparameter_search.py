"""Hyperparameter search with Optuna, kept in a file: the next call goes on where the last one stopped."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.manifest_sections import Scalar, TuningSection
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit import stages
from scoring.ml.training.fit.early_stopping import BoosterFitter
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.progress import Progress, silent
from scoring.ml.training.tracking import Run

if TYPE_CHECKING:
    import optuna

Values = NDArray[np.float64]

# Larger steps while searching: what is best at 0.05 is near the best at 0.02, in a third of the time.
LEARNING_RATE = 0.05
PATIENCE = 50

# Name -> (low, high, on a logarithmic scale): around the settings of the strongest public single models.
FLOATS: Mapping[str, tuple[float, float, bool]] = {
    "feature_fraction": (0.03, 0.6, True),
    "bagging_fraction": (0.6, 1.0, False),
    "lambda_l1": (1e-3, 20.0, True),
    "lambda_l2": (1.0, 200.0, True),
    "min_gain_to_split": (0.0, 0.5, False),
}
INTEGERS: Mapping[str, tuple[int, int, bool]] = {
    "num_leaves": (8, 64, True),
    "max_depth": (3, 10, False),
    "min_data_in_leaf": (20, 300, True),
}
# LightGBM's defaults, for parameters that the hyperparameters leave out; zero has no logarithm.
_DEFAULTS = {"lambda_l1": 1e-3, "min_gain_to_split": 0.0}


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best hyperparameters, the record of the search for the manifest, and a run for each trial."""

    hyperparameters: Hyperparameters
    record: TuningSection
    runs: list[Run]


def search(
    clients: Clients,
    hyperparameters: Hyperparameters,
    *,
    seed: int,
    trials: int,
    store: Path,
    fingerprint: str,
    progress: Progress,
    pooled: Sequence[StageData] = (),
) -> SearchResult:
    """Search until the study of these clients has `trials` finished ones, those of earlier calls included.

    The objective is the log-loss out of fold, on the folds of the training; the hold-out is not looked at.
    The given hyperparameters are the first trial, so that the best is never worse. With the stages of pooled
    folders every trial starts from what the lower ones say, as the training does. Raises TrainingError when
    the store cannot be used or the defaults do not fill the folds.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Before the first trial: one that fails is printed with its traceback and kept as failed.
    splits.split(clients.target, seed)
    present = {**_DEFAULTS, **hyperparameters.params}
    given = {name: present[name] for name in (*FLOATS, *INTEGERS)}
    try:
        study = _study(store, _study_name(clients, hyperparameters, seed, fingerprint, pooled), seed)
        # The lower stages are fitted once for all trials, and not at all for a complete search.
        starts = _starts(clients, hyperparameters, seed, pooled) if len(_finished(study)) < trials else None
        _run_trials(
            study,
            given,
            trials,
            lambda trial: _objective(trial, clients, hyperparameters, seed, starts),
            progress,
        )
    except (optuna.exceptions.StorageInternalError, SQLAlchemyError, OSError) as error:
        raise TrainingError(f"the search cannot be kept in {store}: {str(error).splitlines()[0]}") from error
    best = study.best_trial
    progress(f"Best of {len(_finished(study))} trials: log-loss {best.value:.5f}")
    return SearchResult(
        replace(hyperparameters, params={**hyperparameters.params, **best.params}),
        _record(study, given),
        _runs(study),
    )


def _study(store: Path, name: str, seed: int) -> "optuna.Study":
    import optuna

    store.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=f"sqlite:///{store}", study_name=name, direction="minimize", load_if_exists=True
    )
    # A search that goes on must not draw the same settings again.
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    return study


def _starts(
    clients: Clients, hyperparameters: Hyperparameters, seed: int, pooled: Sequence[StageData]
) -> list[Values] | None:
    """Return the log-odds that the clients start from in each fold, (n,); None without a pool."""
    if len(pooled) < 2:
        return None
    boosting = stages.staged_boosting(
        clients,
        pooled,
        splits.split(clients.target, seed),
        stages.all_features,
        hyperparameters=hyperparameters,
        seed=seed,
        progress=silent,
    )
    return [start[: len(clients)] for start in boosting.starts()]


def _study_name(
    clients: Clients,
    hyperparameters: Hyperparameters,
    seed: int,
    fingerprint: str,
    pooled: Sequence[StageData],
) -> str:
    """Name the study by what its trials share: clients, features, folds and the other hyperparameters."""
    params, max_rounds = dict(hyperparameters.params), hyperparameters.max_rounds
    shared: list[Any] = [fingerprint, clients.names, len(clients), seed, params, max_rounds]
    if pooled:
        shared += [[len(stage.target), sorted(stage.tables)] for stage in pooled]
    return hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()[:20]


def _run_trials(
    study: "optuna.Study",
    given: Mapping[str, Scalar],
    trials: int,
    objective: Callable[["optuna.Trial"], float],
    progress: Progress,
) -> None:
    finished = _finished(study)
    progress(f"Search: {len(finished)} of {trials} trials are known")
    if not any(_is_given(trial) for trial in finished):
        study.enqueue_trial(dict(given), user_attrs={"own": True})
    for _ in range(trials - len(finished)):
        study.optimize(objective, n_trials=1)
        last = study.trials[-1]
        progress(f"Trial {last.number}: log-loss {last.value:.5f}, AUC {last.user_attrs['auc']:.4f}")


def _objective(
    trial: "optuna.Trial",
    clients: Clients,
    hyperparameters: Hyperparameters,
    seed: int,
    starts: Sequence[Values] | None,
) -> float:
    chosen: dict[str, Scalar] = {
        name: trial.suggest_float(name, low, high, log=log) for name, (low, high, log) in FLOATS.items()
    }
    chosen |= {
        name: trial.suggest_int(name, low, high, log=log) for name, (low, high, log) in INTEGERS.items()
    }
    tried = replace(
        hyperparameters,
        params={**hyperparameters.params, **chosen, "learning_rate": LEARNING_RATE},
        seeds=1,
        patience=PATIENCE,
    )
    train, _ = splits.hold_out_split(clients.target, seed)
    target = clients.target[train]
    cross_validated = BoosterFitter(clients.names, tried, seed).cross_validate(
        clients.matrix[train],
        target,
        splits.folds(target, seed),
        progress=silent,
        starts=starts and [start[train] for start in starts],
    )
    ranked = classification.rank(target, sigmoid(cross_validated.log_odds), threshold=0.5)
    trial.set_user_attr("auc", classification.auc(ranked))
    trial.set_user_attr("rounds", cross_validated.rounds)
    return classification.log_loss(ranked)


def _finished(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    import optuna

    return study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))


def _is_given(trial: "optuna.trial.FrozenTrial") -> bool:
    return bool(trial.user_attrs.get("own"))


def _record(study: "optuna.Study", given: Mapping[str, Scalar]) -> TuningSection:
    finished, best = _finished(study), study.best_trial
    return TuningSection(
        trials=len(finished),
        log_loss=float(best.value or 0.0),
        log_loss_before=next((trial.value for trial in finished if _is_given(trial)), None),
        auc=best.user_attrs["auc"],
        learning_rate=LEARNING_RATE,
        params=dict(best.params),
        params_before=dict(given),
        study=study.study_name,
    )


def _runs(study: "optuna.Study") -> list[Run]:
    return [
        Run(
            name=f"trial-{trial.number}",
            params=trial.params,
            metrics={"log_loss": trial.value or 0.0, **_trial_metrics(trial)},
            tags={"study": study.study_name},
        )
        for trial in _finished(study)
    ]


def _trial_metrics(trial: "optuna.trial.FrozenTrial") -> dict[str, float]:
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    return {"auc": trial.user_attrs["auc"], "rounds": trial.user_attrs["rounds"], "seconds": seconds}
