"""`make bench-model DIR=...`: our training against the public kernel, like against like; table and JSON.

Both sides see the same clients and the same repeated folds, pooled out of fold. A single booster of ours
meets a single one of theirs, an average meets an average; every booster stops on a tenth of its own training
clients. Intervals are paired over clients; a threshold of one's own comes from the other folds.
"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bench import comparison_figures
from bench.comparison_figures import Line, auc, table
from bench.kept_scores import Fit, Mask, Values, clients_digest, kept_scores
from bench.kernel_features import KERNEL_PARAMS, KERNEL_ROUNDS, KernelClients, kernel_clients
from scoring.ml import lightgbm
from scoring.ml.model.calibration import sigmoid
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, gather
from scoring.ml.training.fit.directions import measure_directions
from scoring.ml.training.fit.early_stopping import BoosterFitter
from scoring.ml.training.fit.feature_count import choose_feature_count
from scoring.ml.training.fit.feature_selection import select
from scoring.ml.training.fit.hyperparameters import Hyperparameters, hyperparameters_for
from scoring.ml.training.progress import Progress, silent
from scoring.ml.training.validate.validation_report import QUICK, THOROUGH

RESULTS = Path(__file__).with_name("model_comparison.json")
REPEATS: Final = 3
TENTHS: Final = 10
KERNEL: Final = "kernel"
ALL_FEATURES: Final = "all-features"
FEWER_CLIENTS: Final = "three-quarters"
KERNEL_PATIENCE: Final = 200
KERNEL_BOOSTERS: Final = 10


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--kernel-boosters", type=int, default=KERNEL_BOOSTERS, help="how many are averaged")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--keep", type=Path, help="folder for the scores of each fold: a stopped run goes on")
    parser.add_argument("--quick", action="store_true", help="ours with the small models of train --quick")
    parser.add_argument(
        "--against",
        choices=(KERNEL, ALL_FEATURES, FEWER_CLIENTS),
        default=KERNEL,
        help="the public kernel; our own training with every feature and no selection; or our own on three "
        "quarters of each fold's training clients, to see what a third more clients bring",
    )
    options = parser.parse_args()
    lines, about = compare(
        options.folder,
        options.repeats,
        options.kernel_boosters,
        score_folder=options.keep,
        quick=options.quick,
        against=options.against,
        progress=lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(table(lines, about))
    written = [{**asdict(line), "difference": asdict(line.difference)} for line in lines]
    options.out.write_text(json.dumps({"about": about, "lines": written}, indent=1) + "\n")


def compare(
    path: Path,
    repeats: int,
    kernel_boosters: int,
    *,
    progress: Progress,
    score_folder: Path | None = None,
    quick: bool = False,
    against: str = KERNEL,
) -> tuple[list[Line], dict[str, object]]:
    """Cross-validate both sides on the clients of a folder. Raises FolderError and TrainingError.

    Scores that `score_folder` holds of the same clients and folds are read instead of computed again.
    """
    folder = check(open_folder(path)).folder
    ours = gather(folder, progress=silent)
    target, hyperparameters = ours.target, hyperparameters_for(len(ours), quick=quick)
    other = _other_side(against, folder, ours, hyperparameters, kernel_boosters)
    averaged = {"ours": hyperparameters.seeds, against: other.boosters}
    sides: dict[str, Fit] = {"ours": fit_ours(ours, hyperparameters), against: other.fit}
    folds = [splits.folds(target, seed) for seed in range(1, repeats + 1)]
    scores: dict[str, list[tuple[Values, Values]]] = {side: [] for side in sides}
    for seed, fold in enumerate(folds, start=1):
        for side, fit in sides.items():
            name = f"{side}{'-quick' if quick else ''}-{averaged[side]}-{clients_digest(ours)}"
            fitted = kept_scores(fit, score_folder, name) if score_folder else fit
            scores[side].append(_cross_validate(fitted, fold, seed))
            average = scores[side][-1][1]
            progress(f"repeat {seed} of {repeats}, {side}: AUC of the average {auc(target, average):.4f}")
    lines = [
        line
        for kind, boosters in enumerate(("single", "averaged"))
        for line in comparison_figures.lines(
            boosters,
            target,
            folds,
            [pair[kind] for pair in scores["ours"]],
            [pair[kind] for pair in scores[against]],
        )
    ]
    about: dict[str, object] = {
        "folder": path.name,
        "clients": len(target),
        "default_rate": float(target.mean()),
        "repeats": repeats,
        "against": against,
        "features": {"ours": len(ours.names), against: other.features},
        "boosters": averaged,
    }
    return lines, about


@dataclass(frozen=True, slots=True)
class _Side:
    fit: Fit
    features: int
    boosters: int


def _other_side(
    against: str, folder: Folder, ours: Clients, hyperparameters: Hyperparameters, kernel_boosters: int
) -> _Side:
    if against == ALL_FEATURES:
        fit = fit_ours(ours, hyperparameters, is_selecting=False)
        return _Side(fit, len(ours.names), hyperparameters.seeds)
    if against == FEWER_CLIENTS:
        fit = fit_three_quarters(fit_ours(ours, hyperparameters))
        return _Side(fit, len(ours.names), hyperparameters.seeds)
    theirs = kernel_clients(folder)
    if not np.array_equal(ours.reference, theirs.reference):
        raise ValueError("the two sides do not have the same clients in the same order")
    return _Side(fit_kernel(theirs, kernel_boosters), theirs.matrix.shape[1], kernel_boosters)


def fit_ours(clients: Clients, hyperparameters: Hyperparameters, *, is_selecting: bool = True) -> Fit:
    """Return our training: directions, number of features, selection and boosters on the training clients."""
    size = QUICK.probed if hyperparameters.quick else THOROUGH.probed

    def fit(train: Mask, seed: int) -> Values:
        matrix, target = clients.matrix[train], clients.target[train]
        rows = np.flatnonzero(train)
        measured = measure_directions(
            clients.names, clients.matrix, clients.target, rows, size=size, seed=seed, progress=silent
        )
        chosen = replace(hyperparameters, directions=measured.imposed if measured else {}, seeds=1)
        names = _selected(clients, rows, chosen, size, seed) if is_selecting else clients.names
        columns = [clients.names.index(name) for name in names]
        validations = _tenths(target, seed)[: hyperparameters.seeds]
        boosters = [
            BoosterFitter(names, chosen, 100 * seed + number).fit_with_early_stopping(
                matrix[:, columns], target, ~validation, validation
            )[0]
            for number, validation in enumerate(validations)
        ]
        left_out = clients.matrix[~train][:, columns]
        return np.array([lightgbm.raw_scores(booster, left_out) for booster in boosters])

    return fit


def fit_three_quarters(fit: Fit) -> Fit:
    """Return a training that leaves out a quarter of the training clients, drawn at random."""

    def fit_fewer(train: Mask, seed: int) -> Values:
        drawn = train & (np.random.default_rng(seed).random(len(train)) < 3 / 4)
        return fit(drawn, seed)[:, ~train[~drawn]]

    return fit_fewer


def _selected(
    clients: Clients, train: NDArray[np.int64], hyperparameters: Hyperparameters, size: int, seed: int
) -> tuple[str, ...]:
    curve = choose_feature_count(
        clients.names,
        clients.matrix,
        clients.target,
        train,
        hyperparameters=hyperparameters,
        size=size,
        seed=seed,
        progress=silent,
    )
    return select(
        clients.names,
        clients.matrix,
        clients.target,
        train,
        seed=seed,
        shuffles=hyperparameters.shuffles,
        shuffled_clients=hyperparameters.shuffled_clients,
        count=curve.chosen if curve else None,
    ).selected


def fit_kernel(clients: KernelClients, boosters: int) -> Fit:
    """Return the kernel: boosters that each stop on another tenth of the training clients."""

    def fit(train: Mask, seed: int) -> Values:
        matrix, target = clients.matrix[train], clients.target[train]
        left_out = clients.matrix[~train]
        scores = []
        for validation in _tenths(target, seed)[:boosters]:
            dataset = lightgbm.Dataset(matrix[~validation], target[~validation], params=dict(KERNEL_PARAMS))
            booster = lightgbm.train(
                {**KERNEL_PARAMS, "seed": seed},
                dataset,
                num_boost_round=KERNEL_ROUNDS,
                valid_sets=[dataset.create_valid(matrix[validation], target[validation])],
                callbacks=[lightgbm.early_stopping(KERNEL_PATIENCE, verbose=False)],
            )
            scores.append(lightgbm.raw_scores(booster, left_out))
        return np.array(scores)

    return fit


def _tenths(target: Values, seed: int) -> list[Mask]:
    splitter = StratifiedKFold(TENTHS, shuffle=True, random_state=seed)
    masks = []
    for _, inside in splitter.split(target, target):
        mask = np.zeros(len(target), dtype=bool)
        mask[inside] = True
        masks.append(mask)
    return masks


def _cross_validate(fit: Fit, fold: NDArray[np.int64], seed: int) -> tuple[Values, Values]:
    """Return the out-of-fold probabilities, (n,), of the first booster and of the average of all."""
    single, averaged = np.empty(len(fold)), np.empty(len(fold))
    for number in range(splits.FOLDS):
        inside = fold == number
        log_odds = fit(~inside, seed)
        single[inside], averaged[inside] = log_odds[0], log_odds.mean(axis=0)
    return sigmoid(single), sigmoid(averaged)


if __name__ == "__main__":
    main()
