"""Which clients a model learns from, is chosen on, and is judged by. One row is one client throughout."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from scoring.ml.training.data.clients import TrainingError

HOLD_OUT = 0.2
FOLDS = 5


def hold_out(target: NDArray[np.float64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the 80 % to learn from and of the untouched 20 %, both with the same default rate."""
    learn, judge = train_test_split(
        np.arange(len(target)), test_size=HOLD_OUT, stratify=target, random_state=seed
    )
    return np.sort(learn), np.sort(judge)


def folds(target: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """The fold, 0 to 4, of each client, (n,), every fold with the same default rate.

    Raises TrainingError when a fold would have no default.
    """
    fewest = int(min(target.sum(), (1 - target).sum()))
    if fewest < FOLDS:
        raise TrainingError(f"{fewest} clients of the rarer outcome do not fill {FOLDS} folds")
    number = np.empty(len(target), dtype=np.int64)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, inside) in enumerate(splitter.split(target, target)):
        number[inside] = fold
    return number
