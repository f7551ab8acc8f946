"""Boosters fitted with early stopping on a fold, or for a fixed number of rounds on all training clients."""

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

# A fold's booster learns from 64 % of the clients, the final one from all: more data carry more rounds.
_ROUNDS_FACTOR = 1.1


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
        """Return out-of-fold log-odds, with early stopping on the log-loss of the fold left out.

        `starts` are the log-odds, (n,), that the boosters without each fold add to.
        """
        log_odds = np.empty(len(target))
        best: list[int] = []
        for number in range(FOLDS):
            inside = fold == number
            start = starts[number] if starts else None
            boosters = self.fit_with_early_stopping(matrix, target, ~inside, inside, start)
            scores = [lightgbm.raw_scores(booster, matrix[inside]) for booster in boosters]
            log_odds[inside] = np.mean(scores, axis=0) + (0.0 if start is None else start[inside])
            rounds = [booster.best_iteration for booster in boosters]
            progress(f"Fold {number + 1} of {FOLDS}: {', '.join(map(str, rounds))} rounds")
            best += rounds
        return OutOfFold(log_odds, final_rounds(best))

    def fit_with_early_stopping(
        self,
        matrix: Values,
        target: Values,
        train: Mask,
        validation: Mask,
        init_score: Values | None = None,
    ) -> list[lightgbm.Booster]:
        """Fit a booster for each seed on the clients `train`, until the log-loss of `validation` is best."""
        start, validation_start = (
            (None, None) if init_score is None else (init_score[train], init_score[validation])
        )
        dataset = self._dataset(matrix[train], target[train], start)
        valid_set = dataset.create_valid(matrix[validation], target[validation], init_score=validation_start)
        return [
            lightgbm.train(
                self._params(number),
                dataset,
                num_boost_round=self.hyperparameters.max_rounds,
                valid_sets=[valid_set],
                callbacks=[lightgbm.early_stopping(self.hyperparameters.patience, verbose=False)],
            )
            for number in range(self.hyperparameters.seeds)
        ]

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
