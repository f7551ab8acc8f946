"""Train, fold and hold-out splits. One row is one client throughout."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from scoring.ml.training.data.clients import TrainingError

HOLD_OUT_SHARE = 0.2
FOLDS = 5
HOLD_OUT = FOLDS
"""The block of the hold-out, beside the folds 0 to FOLDS - 1."""


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the clients to train on and of the hold-out, and the block of each client, (n,)."""

    train: NDArray[np.int64]
    hold_out: NDArray[np.int64]
    block: NDArray[np.int64]

    @property
    def fold(self) -> NDArray[np.int64]:
        """The fold of each client to train on, (t,)."""
        return self.block[self.train]


def split(target: NDArray[np.float64], seed: int) -> Split:
    """Split clients into folds and a hold-out. Raises TrainingError as `folds` does."""
    train, hold_out = hold_out_split(target, seed)
    block = np.full(len(target), HOLD_OUT)
    block[train] = folds(target[train], seed)
    return Split(train, hold_out, block)


def hold_out_split(target: NDArray[np.float64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the 80 % to train on and of the hold-out, both with the same default rate.

    Raises TrainingError when the rarer outcome cannot fill the folds.
    """
    _check_folds(target)
    train, hold_out = train_test_split(
        np.arange(len(target)), test_size=HOLD_OUT_SHARE, stratify=target, random_state=seed
    )
    return np.sort(train), np.sort(hold_out)


def folds(target: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return the fold, 0 to 4, of each client, (n,), every fold with the same default rate.

    Raises TrainingError when a fold would have no default.
    """
    _check_folds(target)
    fold = np.empty(len(target), dtype=np.int64)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for number, (_, inside) in enumerate(splitter.split(target, target)):
        fold[inside] = number
    return fold


def _check_folds(target: NDArray[np.float64]) -> None:
    rarer = int(min(target.sum(), (1 - target).sum()))
    if rarer < FOLDS:
        raise TrainingError(f"{rarer} clients of the rarer outcome do not fill {FOLDS} folds")
