"""Boosters fitted on folds, on the learning part and on everybody, always by the same recipe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model import booster
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.bagging import averaged
from scoring.ml.training.clients import Say
from scoring.ml.training.recipe import Recipe
from scoring.ml.training.splits import FOLDS

# A fold's booster learns from 64 % of the clients, the shipped one from all: more data carry more rounds.
MORE_ROUNDS = 1.1


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """`raw`, (n,): each client's log-odds from boosters that never saw them; `rounds`: how many to fit."""

    raw: NDArray[np.float64]
    rounds: int


@dataclass(frozen=True, slots=True)
class Fitter:
    """Everything that stays the same from one fit to the next."""

    names: tuple[str, ...]
    recipe: Recipe
    seed: int

    def fit(self, matrix: NDArray[np.float64], target: NDArray[np.float64], rounds: int) -> booster.Booster:
        """One booster, averaged over the recipe's seeds, of `rounds` rounds each."""
        rows = self._rows(matrix, target)
        fitted = [
            booster.train(self._params(number), rows, num_boost_round=rounds)
            for number in range(self.recipe.seeds)
        ]
        return averaged(fitted)

    def cross_validate(
        self, matrix: NDArray[np.float64], target: NDArray[np.float64], fold: NDArray[np.int64], *, say: Say
    ) -> OutOfFold:
        """Out-of-fold log-odds with early stopping on the log-loss of the fold left out."""
        raw = np.empty(len(target))
        best: list[int] = []
        for number in range(FOLDS):
            inside = fold == number
            fitted = self._fit_fold(matrix, target, inside)
            raw[inside] = np.mean([booster.raw_scores(one, matrix[inside]) for one in fitted], axis=0)
            best += [one.best_iteration for one in fitted]
            say(f"Fold {number + 1} of {FOLDS}: {_rounds(best[-len(fitted) :])} rounds")
        return OutOfFold(raw, max(1, round(MORE_ROUNDS * float(np.mean(best)))))

    def _fit_fold(
        self, matrix: NDArray[np.float64], target: NDArray[np.float64], inside: NDArray[np.bool_]
    ) -> list[booster.Booster]:
        learn = self._rows(matrix[~inside], target[~inside])
        stop = learn.create_valid(matrix[inside], target[inside])
        return [
            booster.train(
                self._params(number),
                learn,
                num_boost_round=self.recipe.max_rounds,
                valid_sets=[stop],
                callbacks=[booster.early_stopping(self.recipe.patience, verbose=False)],
            )
            for number in range(self.recipe.seeds)
        ]

    def _rows(self, matrix: NDArray[np.float64], target: NDArray[np.float64]) -> booster.Dataset:
        return booster.Dataset(
            matrix,
            target,
            feature_name=list(self.names),
            categorical_feature=list(vocabulary(self.names)),
            params=dict(self.recipe.params),
            free_raw_data=False,
        )

    def _params(self, number: int) -> dict[str, Any]:
        seed = self.seed * 1_000 + number
        return {**self.recipe.params, "bagging_seed": seed, "feature_fraction_seed": seed, "extra_seed": seed}


def _rounds(best: Sequence[int]) -> str:
    return ", ".join(str(rounds) for rounds in best)
