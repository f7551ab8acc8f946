"""Boosters on steps: each learns what its tables add to the log-odds of the step below it.

The scores that a step starts from come from boosters that never saw the client. So a booster without some
blocks of clients starts, for each further block, from boosters below that saw neither: nothing that a client
taught reaches the score that this client is judged by.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.training.data.clients import Say
from scoring.ml.training.data.splits import FOLDS
from scoring.ml.training.fit.bagging import summed
from scoring.ml.training.fit.early_stopping import MORE_ROUNDS, Fitter, OutOfFold
from scoring.ml.training.fit.hyperparameters import Recipe

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Blocks = frozenset[int]

HOLD_OUT = FOLDS
"""The block of the clients who are held out, beside the folds 0 to FOLDS - 1."""
NOBODY: Blocks = frozenset()


@dataclass(frozen=True, slots=True)
class Rows:
    """What a booster learns from and is asked about: `matrix` (m, k) of the features `names`."""

    names: tuple[str, ...]
    matrix: Values


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of m clients, ready to learn: the outcome, the `block` of each, where they stand `below`, (m,).

    `rows` gives the features of all, worked out on those (m,) that may be learned from.
    """

    target: Values
    block: NDArray[np.int64]
    below: NDArray[np.int64]
    rows: Callable[[Mask], Rows]
    recipe: Recipe


@dataclass(eq=False)
class Ladder:
    """Rungs, lowest first. Every booster is fitted once."""

    rungs: Sequence[Rung]
    seed: int
    say: Say
    rounds: list[int] = field(default_factory=list)
    _scores: dict[tuple[int, Blocks], Values] = field(default_factory=dict)

    @property
    def top(self) -> int:
        return len(self.rungs) - 1

    def cross_validate(self) -> OutOfFold:
        """Log-odds of the top's clients, (m,), by boosters that saw neither their fold nor the hold-out."""
        for step in range(len(self.rungs)):
            best = [rounds for fold in range(FOLDS) for rounds in self._stop(step, fold)]
            self.rounds.append(max(1, round(MORE_ROUNDS * float(np.mean(best)))))
        block = self.rungs[self.top].block
        folds = [self.scores(self.top, frozenset({HOLD_OUT, fold})) for fold in range(FOLDS)]
        raw = np.full(len(block), np.nan)
        for fold, scores in enumerate(folds):
            raw[block == fold] = scores[block == fold]
        return OutOfFold(raw, self.rounds[self.top])

    def held_out(self) -> Values:
        """Log-odds of the held-out clients, (m,) of the top, by boosters that saw none of them."""
        return self.scores(self.top, frozenset({HOLD_OUT}))

    def everybodys(self) -> lightgbm.Booster:
        """Fitted on everybody, all steps in one: its raw score is the sum of theirs."""
        fitted = [self._fit(step, NOBODY) for step in range(len(self.rungs))]
        return summed(fitted[::-1])

    def scores(self, step: int, out: Blocks) -> Values:
        """Log-odds of the clients in the blocks `out`, (m,), NaN elsewhere, by boosters that saw none."""
        if (step, out) not in self._scores:
            self._keep(step, out, [self._fit(step, out)])
        return self._scores[step, out]

    def _keep(self, step: int, out: Blocks, fitted: Sequence[lightgbm.Booster]) -> None:
        rung = self.rungs[step]
        inside = _inside(rung, out)
        asked = rung.rows(~inside).matrix[inside]
        scores = self._start(step, out)
        scores[inside] += np.mean([lightgbm.raw_scores(one, asked) for one in fitted], axis=0)
        scores[~inside] = np.nan
        self._scores[step, out] = scores

    def _fit(self, step: int, out: Blocks) -> lightgbm.Booster:
        rung, fitter, rows = self._ready(step, out)
        learn = ~_inside(rung, out)
        start = self._start(step, out)[learn] if step else None
        return fitter.fit(rows.matrix[learn], rung.target[learn], self.rounds[step], start)

    def _stop(self, step: int, fold: int) -> list[int]:
        """The rounds, by early stopping, of boosters that learn without a fold and the hold-out."""
        out = frozenset({HOLD_OUT, fold})
        rung, fitter, rows = self._ready(step, out)
        learn, inside = ~_inside(rung, out), rung.block == fold
        start = self._start(step, out) if step else None
        fitted = fitter.fit_stopped(rows.matrix, rung.target, learn, inside, start)
        self._keep(step, out, fitted)
        best = [one.best_iteration for one in fitted]
        which = f"Step {step + 1} of {len(self.rungs)}, fold" if self.top else "Fold"
        self.say(f"{which} {fold + 1} of {FOLDS}: {', '.join(str(rounds) for rounds in best)} rounds")
        return best

    def _ready(self, step: int, out: Blocks) -> tuple[Rung, Fitter, Rows]:
        rung = self.rungs[step]
        rows = rung.rows(~_inside(rung, out))
        return rung, Fitter(rows.names, rung.recipe, self.seed), rows

    def _start(self, step: int, out: Blocks) -> Values:
        """The log-odds, (m,), that the step below gives each client: see the head of this module."""
        rung = self.rungs[step]
        start = np.zeros(len(rung.block))
        if not step:
            return start
        for block in np.unique(rung.block).tolist():
            here = rung.block == block
            start[here] = self.scores(step - 1, out | {block})[rung.below[here]]
        return start


def _inside(rung: Rung, out: Blocks) -> Mask:
    return np.isin(rung.block, list(out))
