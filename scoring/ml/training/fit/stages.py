"""From clients and the steps they stand on to a ladder of boosters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, Say
from scoring.ml.training.data.pooling import Step
from scoring.ml.training.fit.hyperparameters import Recipe, recipe_below
from scoring.ml.training.fit.staged_boosting import HOLD_OUT, Ladder, Mask, Rows, Rung

Prepare = Callable[[Step], Callable[[Mask], Rows]]


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the clients to learn from and of those held out, and the block of each client, (n,)."""

    learn: NDArray[np.int64]
    judge: NDArray[np.int64]
    block: NDArray[np.int64]

    @property
    def fold(self) -> NDArray[np.int64]:
        return self.block[self.learn]


def split(clients: Clients, seed: int) -> Split:
    """Raises TrainingError when the defaults do not fill the folds."""
    learn, judge = splits.hold_out(clients.target, seed)
    block = np.full(len(clients), HOLD_OUT)
    block[learn] = splits.folds(clients.target[learn], seed)
    return Split(learn, judge, block)


def ladder(
    clients: Clients,
    steps: Sequence[Step],
    parts: Split,
    prepare: Prepare,
    *,
    recipe: Recipe,
    seed: int,
    say: Say,
) -> Ladder:
    """The ladder over `steps`, lowest first; on its top stand the clients, in order, and who joins them."""
    blocks = [_blocks(step, clients, parts) for step in steps]
    recipes = [recipe_below(recipe)] * (len(steps) - 1) + [recipe]
    below = [np.zeros(len(steps[0].target), dtype=np.int64)]
    below += [_places(high, low) for low, high in pairwise(steps)]
    rungs = [
        Rung(step.target, block, places, rows, own)
        for step, block, places, rows, own in zip(
            steps, blocks, below, [*map(as_they_are, steps[:-1]), prepare(steps[-1])], recipes, strict=True
        )
    ]
    return Ladder(rungs, seed, say)


def alone(clients: Clients) -> tuple[Step, ...]:
    """The one step of a training without a pool."""
    return (Step(frozenset(), clients.names, clients.reference, clients.target, clients.matrix),)


def as_they_are(step: Step) -> Callable[[Mask], Rows]:
    rows = Rows(step.names, step.matrix)
    return lambda learn: rows


def _blocks(step: Step, clients: Clients, parts: Split) -> NDArray[np.int64]:
    """Who is in the trained folder stays in its block; the others spread by their reference."""
    place = np.searchsorted(clients.reference, step.reference).clip(max=len(clients) - 1)
    own = clients.reference[place] == step.reference
    return np.where(own, parts.block[place], step.reference % splits.FOLDS)


def _places(high: Step, low: Step) -> NDArray[np.int64]:
    order = np.argsort(low.reference)
    return order[np.searchsorted(low.reference, high.reference, sorter=order)]
