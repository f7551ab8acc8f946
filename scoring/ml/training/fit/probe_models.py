"""Small, quick boosters that answer a question about the clients, not about credit.

All of them are cross-validated over clients with a fixed number of rounds: nothing is chosen on the clients
that are scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from scoring.ml import lightgbm
from scoring.ml.training.data import splits
from scoring.ml.training.fit.hyperparameters import QUICK

Values = NDArray[np.float64]

ROUNDS = 120
# A leaf may not need more than this share of the clients, or small folders would never be split.
_LEAF_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Question:
    """Which of two kinds a row is: `matrix` (n, k) of the features `names`, `answer` (n,) 0 or 1."""

    names: Sequence[str]
    matrix: Values
    answer: Values
    categorical: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """`raw`, (n,): log-odds from boosters that had not seen the row; `gains`, (k,): of each feature."""

    raw: Values
    gains: Values


def ask(question: Question, *, seed: int) -> Answered:
    """Cross-validated answer. Raises TrainingError when one of the two kinds does not fill the folds."""
    fold = splits.folds(question.answer, seed)
    raw = np.empty(len(question.answer))
    gains = np.zeros(len(question.names))
    for number in range(splits.FOLDS):
        inside = fold == number
        fitted = fit(question, ~inside, seed)
        raw[inside] = lightgbm.raw_scores(fitted, question.matrix[inside])
        gains += fitted.feature_importance("gain")
    return Answered(raw, gains)


def sampled(target: Values, size: int, seed: int) -> NDArray[np.int64]:
    """Positions of at most `size` clients, with the default rate of all, in order."""
    if len(target) <= size:
        return np.arange(len(target))
    rows, _ = train_test_split(np.arange(len(target)), train_size=size, stratify=target, random_state=seed)
    return np.sort(rows)


def fit(question: Question, learn: NDArray[np.bool_], seed: int, *, rounds: int = ROUNDS) -> lightgbm.Booster:
    """A booster that learned from the rows `learn`, (n,), alone."""
    least = max(5, min(QUICK["min_data_in_leaf"], int(_LEAF_SHARE * learn.sum())))
    settings: dict[str, Any] = {**QUICK, "min_data_in_leaf": least, "seed": seed}
    taught = lightgbm.Dataset(
        question.matrix[learn],
        question.answer[learn],
        feature_name=list(question.names),
        categorical_feature=list(question.categorical),
        params=settings,
    )
    return lightgbm.train(settings, taught, num_boost_round=rounds)
