"""Boosters fitted on folds, on the learning part and on everybody, always by the same recipe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.data.clients import Say
from scoring.ml.training.data.splits import FOLDS
from scoring.ml.training.fit.bagging import averaged
from scoring.ml.training.fit.hyperparameters import Recipe

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A fold's booster learns from 64 % of the clients, the shipped one from all: more data carry more rounds.
MORE_ROUNDS = 1.1


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """`raw`, (n,): each client's log-odds from boosters that never saw them; `rounds`: how many to fit."""

    raw: Values
    rounds: int


@dataclass(frozen=True, slots=True)
class Fitter:
    """Everything that stays the same from one fit to the next."""

    names: tuple[str, ...]
    recipe: Recipe
    seed: int

    def fit(
        self, matrix: Values, target: Values, rounds: int, start: Values | None = None
    ) -> lightgbm.Booster:
        """One booster, averaged over the recipe's seeds, of `rounds` rounds each.

        `start`, (n,), are log-odds that it adds to; without them it starts from the default rate.
        """
        rows = self._rows(matrix, target, start)
        fitted = [
            lightgbm.train(self._params(number), rows, num_boost_round=rounds)
            for number in range(self.recipe.seeds)
        ]
        return averaged(fitted)

    def cross_validate(
        self, matrix: Values, target: Values, fold: NDArray[np.int64], *, say: Say
    ) -> OutOfFold:
        """Out-of-fold log-odds with early stopping on the log-loss of the fold left out."""
        raw = np.empty(len(target))
        best: list[int] = []
        for number in range(FOLDS):
            inside = fold == number
            fitted = self.fit_stopped(matrix, target, ~inside, inside)
            raw[inside] = np.mean([lightgbm.raw_scores(one, matrix[inside]) for one in fitted], axis=0)
            best += [one.best_iteration for one in fitted]
            say(f"Fold {number + 1} of {FOLDS}: {_rounds(best[-len(fitted) :])} rounds")
        return OutOfFold(raw, max(1, round(MORE_ROUNDS * float(np.mean(best)))))

    def fit_stopped(
        self, matrix: Values, target: Values, learn: Mask, stop: Mask, start: Values | None = None
    ) -> list[lightgbm.Booster]:
        """A booster for each seed, fitted on the clients `learn` until the log-loss of `stop` is best."""
        first, then = (None, None) if start is None else (start[learn], start[stop])
        rows = self._rows(matrix[learn], target[learn], first)
        judge = rows.create_valid(matrix[stop], target[stop], init_score=then)
        return [
            lightgbm.train(
                self._params(number),
                rows,
                num_boost_round=self.recipe.max_rounds,
                valid_sets=[judge],
                callbacks=[lightgbm.early_stopping(self.recipe.patience, verbose=False)],
            )
            for number in range(self.recipe.seeds)
        ]

    def _rows(self, matrix: Values, target: Values, start: Values | None = None) -> lightgbm.Dataset:
        return lightgbm.Dataset(
            matrix,
            target,
            feature_name=list(self.names),
            categorical_feature=list(vocabulary(self.names)),
            init_score=start,
            params=dict(self.recipe.params),
            free_raw_data=False,
        )

    def _params(self, number: int) -> dict[str, Any]:
        seed = self.seed * 1_000 + number
        return {**self.recipe.params, "bagging_seed": seed, "feature_fraction_seed": seed, "extra_seed": seed}


def _rounds(best: Sequence[int]) -> str:
    return ", ".join(str(rounds) for rounds in best)
