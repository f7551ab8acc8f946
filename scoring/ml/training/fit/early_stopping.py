"""Boosters fitted with early stopping, or for a fixed number of rounds on all training clients.

Whoever stops a booster may not be scored by it as if it had never seen them: on shuffled outcomes of 9,565
clients, boosters that stop on the very fold that they score reach a mean AUC of 0.52 instead of 0.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_sections import Scalar
from scoring.ml.training.data.splits import FOLDS
from scoring.ml.training.fit.bagging import averaged
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A fold's booster learns from 58 % of the clients, the final one from all: more data carry more rounds.
_ROUNDS_FACTOR = 1.1

TENTHS = 10


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """`log_odds`, (n,), of each client by boosters that never saw them; `rounds` to fit on more clients."""

    log_odds: Values
    rounds: int


@dataclass(frozen=True, slots=True)
class BoosterFitter:
    """Fit boosters of the features `names`; what stays the same from one fit to the next."""

    names: tuple[str, ...]
    hyperparameters: Hyperparameters
    seed: int

    def fit(
        self, matrix: Values, target: Values, rounds: int, init_score: Values | None = None
    ) -> lightgbm.Booster:
        """Fit one booster, averaged over the seeds, of `rounds` rounds each.

        `init_score`, (n,), are log-odds that it adds to; without them it starts from the default rate.
        """
        dataset = self._dataset(matrix, target, init_score)
        boosters = [
            lightgbm.train(self._params(number), dataset, num_boost_round=rounds)
            for number in range(self.hyperparameters.seeds)
        ]
        return averaged(boosters)

    def cross_validate(
        self,
        matrix: Values,
        target: Values,
        fold: NDArray[np.int64],
        *,
        progress: Progress,
        starts: Sequence[Values] | None = None,
    ) -> OutOfFold:
        """Return out-of-fold log-odds; the fold left out has no say in how many rounds are fitted.

        `starts` are the log-odds, (n,), that the boosters without each fold add to.
        """
        log_odds = np.empty(len(target))
        best: list[int] = []
        for number in range(FOLDS):
            inside = fold == number
            start = starts[number] if starts else None
            boosters = self.fit_until_a_tenth_is_best(matrix, target, ~inside, start)
            scores = [lightgbm.raw_scores(booster, matrix[inside]) for booster in boosters]
            log_odds[inside] = np.mean(scores, axis=0) + (0.0 if start is None else start[inside])
            rounds = [booster.best_iteration for booster in boosters]
            progress(f"Fold {number + 1} of {FOLDS}: {', '.join(map(str, rounds))} rounds")
            best += rounds
        return OutOfFold(log_odds, final_rounds(best))

    def fit_until_a_tenth_is_best(
        self, matrix: Values, target: Values, train: Mask, init_score: Values | None = None
    ) -> list[lightgbm.Booster]:
        """Fit a booster for each seed on nine tenths of the clients `train`, and stop it on the last tenth.

        Each seed leaves out another tenth. Clients outside `train`, (n,), have no say.
        """
        tenth = tenths(target, train, self.seed)
        return [
            self._fit_until_best(
                number,
                self._stopping_data(
                    matrix,
                    target,
                    train & (tenth != number % TENTHS),
                    tenth == number % TENTHS,
                    init_score,
                ),
            )
            for number in range(self.hyperparameters.seeds)
        ]

    def fit_with_early_stopping(
        self,
        matrix: Values,
        target: Values,
        train: Mask,
        validation: Mask,
        init_score: Values | None = None,
    ) -> list[lightgbm.Booster]:
        """Fit a booster for each seed on the clients `train`, until the log-loss of `validation` is best."""
        data = self._stopping_data(matrix, target, train, validation, init_score)
        return [self._fit_until_best(number, data) for number in range(self.hyperparameters.seeds)]

    def _stopping_data(
        self, matrix: Values, target: Values, train: Mask, validation: Mask, init_score: Values | None
    ) -> tuple[lightgbm.Dataset, lightgbm.Dataset]:
        """Return the clients to fit on, and those whose log-loss says when to stop."""
        start, validation_start = (
            (None, None) if init_score is None else (init_score[train], init_score[validation])
        )
        dataset = self._dataset(matrix[train], target[train], start)
        valid_set = dataset.create_valid(matrix[validation], target[validation], init_score=validation_start)
        return dataset, valid_set

    def _fit_until_best(
        self, number: int, data: tuple[lightgbm.Dataset, lightgbm.Dataset]
    ) -> lightgbm.Booster:
        dataset, valid_set = data
        return lightgbm.train(
            self._params(number),
            dataset,
            num_boost_round=self.hyperparameters.max_rounds,
            valid_sets=[valid_set],
            callbacks=[lightgbm.early_stopping(self.hyperparameters.patience, verbose=False)],
        )

    def _dataset(self, matrix: Values, target: Values, init_score: Values | None = None) -> lightgbm.Dataset:
        return lightgbm.Dataset(
            matrix,
            target,
            feature_name=list(self.names),
            categorical_feature=list(vocabulary(self.names)),
            init_score=init_score,
            params=dict(self.hyperparameters.params),
            free_raw_data=False,
        )

    def _params(self, number: int) -> dict[str, Scalar | list[int]]:
        seed = self.seed * 1_000 + number
        seeds = {"bagging_seed": seed, "feature_fraction_seed": seed, "extra_seed": seed}
        return {
            **self.hyperparameters.params,
            **monotone(self.names, self.hyperparameters.directions),
            **seeds,
        }


def tenths(target: Values, train: Mask, seed: int) -> NDArray[np.int64]:
    """Return the tenth, 0 to 9, of each client of `train`, (n,), -1 for the others.

    Each tenth has the default rate of all; the first have a default as long as there is one for each.
    """
    rng = np.random.default_rng(seed)
    tenth = np.full(len(target), -1, dtype=np.int64)
    for outcome in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(train & (target == outcome)))
        tenth[rows] = np.arange(len(rows)) % TENTHS
    return tenth


def monotone(names: Sequence[str], directions: Mapping[str, int]) -> dict[str, list[int]]:
    """Return LightGBM's parameter for the signs of some features, imposed by its basic method.

    Every leaf of one side of a split then lies on one side of every leaf of the other, so the score and the
    TreeSHAP contribution of the feature both follow the sign.
    """
    signs = [directions.get(name, 0) for name in names]
    return {"monotone_constraints": signs} if any(signs) else {}


def final_rounds(best: Sequence[int]) -> int:
    """Return how many rounds to fit on more clients, from the best round of each fold and seed."""
    return max(1, round(_ROUNDS_FACTOR * float(np.mean(best))))
