"""`make bench-model DIR=...`: our training against the public kernel, like against like; table and JSON.

Both sides see the same clients and the same repeated folds, pooled out of fold. A single booster of ours
meets a single one of theirs, an average meets an average; every booster stops on a tenth of its own training
clients. Intervals are paired over clients; a threshold of one's own comes from the other folds.
"""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from bench.kernel_features import KERNEL_PARAMS, KERNEL_ROUNDS, KernelClients, kernel_clients
from scoring.ml import lightgbm
from scoring.ml.metrics import classification
from scoring.ml.metrics.costs import DEFAULT_COSTS, best_threshold
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds
from scoring.ml.model.calibration import sigmoid
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, gather
from scoring.ml.training.fit.directions import measure_directions
from scoring.ml.training.fit.early_stopping import BoosterFitter
from scoring.ml.training.fit.feature_count import choose_feature_count
from scoring.ml.training.fit.feature_selection import select
from scoring.ml.training.fit.hyperparameters import hyperparameters_for
from scoring.ml.training.progress import Progress, silent
from scoring.ml.training.validate.validation_report import THOROUGH

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Fit = Callable[[Mask, int], Values]
"""From the clients to train on, (n,), and a seed to the log-odds of the others by each booster, (b, m)."""

RESULTS = Path(__file__).with_name("model_comparison.json")
REPEATS: Final = 3
RESAMPLES: Final = 300
TENTHS: Final = 10
KERNEL_PATIENCE: Final = 200
KERNEL_BOOSTERS: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both sides, mean over the repeats, and ours less theirs."""

    boosters: str
    figure: str
    ours: float
    theirs: float
    difference: Estimate


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--kernel-boosters", type=int, default=KERNEL_BOOSTERS, help="how many are averaged")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--keep", type=Path, help="folder for the scores of each fold: a stopped run goes on")
    options = parser.parse_args()
    lines, about = compare(
        options.folder,
        options.repeats,
        options.kernel_boosters,
        kept=options.keep,
        progress=lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(table(lines, about))
    written = [{**asdict(line), "difference": asdict(line.difference)} for line in lines]
    options.out.write_text(json.dumps({"about": about, "lines": written}, indent=1) + "\n")


def compare(
    path: Path, repeats: int, kernel_boosters: int, *, progress: Progress, kept: Path | None = None
) -> tuple[list[Line], dict[str, object]]:
    """Cross-validate both sides on the clients of a folder. Raises FolderError and TrainingError.

    Scores that `kept` holds of the same clients and folds are read instead of computed again.
    """
    folder = check(open_folder(path)).folder
    ours, theirs = gather(folder, progress=silent), kernel_clients(folder)
    if not np.array_equal(ours.reference, theirs.reference):
        raise ValueError("the two sides do not have the same clients in the same order")
    target = ours.target
    sides: dict[str, Fit] = {"ours": fit_ours(ours), "theirs": fit_kernel(theirs, kernel_boosters)}
    folds = [splits.folds(target, seed) for seed in range(1, repeats + 1)]
    scores: dict[str, list[tuple[Values, Values]]] = {side: [] for side in sides}
    for seed, fold in enumerate(folds, start=1):
        for side, fit in sides.items():
            fitted = kept_scores(fit, kept, f"{side}-{_digest(ours)}") if kept else fit
            scores[side].append(_cross_validate(fitted, fold, seed))
            auc = _auc(target, scores[side][-1][1])
            progress(f"repeat {seed} of {repeats}, {side}: AUC of the average {auc:.4f}")
    lines = [
        line
        for kind, boosters in enumerate(("single", "averaged"))
        for line in _lines(
            boosters,
            target,
            folds,
            [pair[kind] for pair in scores["ours"]],
            [pair[kind] for pair in scores["theirs"]],
        )
    ]
    about: dict[str, object] = {
        "folder": path.name,
        "clients": len(target),
        "default_rate": float(target.mean()),
        "repeats": repeats,
        "features": {"ours": len(ours.names), "theirs": theirs.matrix.shape[1]},
        "boosters": {"ours": hyperparameters_for(len(ours), quick=False).seeds, "theirs": kernel_boosters},
    }
    return lines, about


def fit_ours(clients: Clients) -> Fit:
    """Return our training: directions, number of features, selection and boosters on the training clients."""
    hyperparameters = hyperparameters_for(len(clients), quick=False)

    def fit(train: Mask, seed: int) -> Values:
        matrix, target = clients.matrix[train], clients.target[train]
        measured = measure_directions(
            clients.names, matrix, target, size=THOROUGH.probed, seed=seed, progress=silent
        )
        chosen = replace(hyperparameters, directions=measured.imposed if measured else {}, seeds=1)
        curve = choose_feature_count(
            clients.names,
            matrix,
            target,
            hyperparameters=chosen,
            size=THOROUGH.probed,
            seed=seed,
            progress=silent,
        )
        names = select(
            clients.names,
            matrix,
            target,
            seed=seed,
            shuffles=chosen.shuffles,
            shuffled_clients=chosen.shuffled_clients,
            count=curve.chosen if curve else None,
        ).selected
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


def kept_scores(fit: Fit, folder: Path, name: str) -> Fit:
    """Return the fit that writes its log-odds to a folder, and reads those that are there."""
    folder.mkdir(parents=True, exist_ok=True)

    def read_or_fit(train: Mask, seed: int) -> Values:
        digest = hashlib.sha256(np.packbits(train).tobytes()).hexdigest()[:8]
        path = folder / f"{name}-{seed}-{digest}.npy"
        if path.exists():
            scores: Values = np.load(path, allow_pickle=False)
            return scores
        scores = fit(train, seed)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, scores)
        partial.replace(path)
        return scores

    return read_or_fit


def _digest(clients: Clients) -> str:
    digest = hashlib.sha256(clients.reference.tobytes() + clients.target.tobytes())
    return digest.hexdigest()[:8]


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


def _lines(
    boosters: str,
    target: Values,
    folds: Sequence[NDArray[np.int64]],
    ours: Sequence[Values],
    theirs: Sequence[Values],
) -> list[Line]:
    theory = DEFAULT_COSTS.theoretical_threshold
    own = [
        [_costs(target, p, _own_thresholds(target, p, fold)) for p, fold in zip(side, folds, strict=True)]
        for side in (ours, theirs)
    ]
    at_theory = [[_costs(target, p, np.full(len(p), theory)) for p in side] for side in (ours, theirs)]
    return [
        _auc_line(boosters, target, ours, theirs),
        _mean_line(boosters, "cost at the own threshold", *own),
        _mean_line(boosters, "cost at 1/(1+ratio)", *at_theory),
    ]


def _own_thresholds(target: Values, probability: Values, fold: NDArray[np.int64]) -> Values:
    """Return the threshold for each client, (n,): the best one of the other folds."""
    thresholds = np.empty(len(target))
    for number in np.unique(fold):
        inside = fold == number
        thresholds[inside] = best_threshold(target[~inside], probability[~inside])
    return thresholds


def _costs(target: Values, probability: Values, threshold: Values) -> Values:
    """Return the cost of the verdict on each client, (n,)."""
    refused = probability >= threshold
    return np.where(
        target == 1, np.where(refused, 0.0, DEFAULT_COSTS.fn), np.where(refused, DEFAULT_COSTS.fp, 0.0)
    )


def _auc(target: Values, probability: Values) -> float:
    return classification.auc(classification.rank(target, probability, threshold=0.5))


def _auc_line(boosters: str, target: Values, ours: Sequence[Values], theirs: Sequence[Values]) -> Line:
    ranked = [[classification.rank(target, p, threshold=0.5) for p in side] for side in (ours, theirs)]
    values = [float(np.mean([classification.auc(clients) for clients in side])) for side in ranked]
    draws = []
    for weights in bootstrap_weights(len(target), RESAMPLES, seed=1):
        drawn = [
            np.mean([classification.auc(clients.resampled(weights)) for clients in side]) for side in ranked
        ]
        draws.append([drawn[0] - drawn[1]])
    return _line(boosters, "AUC", values, np.array(draws))


def _mean_line(boosters: str, figure: str, ours: Sequence[Values], theirs: Sequence[Values]) -> Line:
    means = [np.mean(side, axis=0) for side in (ours, theirs)]
    difference = means[0] - means[1]
    draws = [
        [float(weights @ difference / weights.sum())]
        for weights in bootstrap_weights(len(difference), RESAMPLES, seed=1)
    ]
    return _line(boosters, figure, [float(mean.mean()) for mean in means], np.array(draws))


def _line(boosters: str, figure: str, values: Sequence[float], draws: Values) -> Line:
    low, high = percentile_bounds(draws)
    ours, theirs = values
    return Line(boosters, figure, ours, theirs, Estimate(ours - theirs, float(low[0]), float(high[0])))


def table(lines: Sequence[Line], about: Mapping[str, object]) -> str:
    """Return the table that the README, the card and the decisions may quote."""
    head = f"{'boosters':10}{'figure':28}{'ours':>9}{'kernel':>9}   ours less kernel (95 %, paired)"
    rows = [
        f"{line.boosters:10}{line.figure:28}{line.ours:9.4f}{line.theirs:9.4f}   "
        f"{line.difference.value:+.4f} ({line.difference.low:+.4f} to {line.difference.high:+.4f})"
        for line in lines
    ]
    title = (
        f"{about['clients']:,} clients of {about['folder']}, {about['repeats']} x {splits.FOLDS} folds; "
        f"boosters averaged: {about['boosters']}"
    )
    return "\n".join([title, head, *rows])


if __name__ == "__main__":
    main()
