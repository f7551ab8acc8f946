"""Staged boosting: each stage learns what its tables add to the log-odds of the stage below it.

The log-odds that a stage starts from (`init_score`) come from boosters that never saw the client. So a
booster without some blocks of clients starts, for each further block, from boosters below that saw neither:
nothing that a client taught reaches the score by which this client is evaluated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.data.splits import FOLDS, HOLD_OUT
from scoring.ml.training.fit.bagging import summed
from scoring.ml.training.fit.early_stopping import BoosterFitter, OutOfFold, final_rounds
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Blocks = frozenset[int]
"""Folds, and the hold-out: see `splits.HOLD_OUT`."""

NO_BLOCK: Blocks = frozenset()


@dataclass(frozen=True, slots=True)
class FeatureMatrix:
    """`matrix` (m, k) of the features `names`."""

    names: tuple[str, ...]
    matrix: Values


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of m clients: outcome, `block` and row in the stage below, (m,) each.

    `features` returns the features of all m clients, prepared on the clients to train on, (m,).
    """

    target: Values
    block: NDArray[np.int64]
    row_below: NDArray[np.int64]
    features: Callable[[Mask], FeatureMatrix]
    hyperparameters: Hyperparameters

    def inside(self, blocks: Blocks) -> Mask:
        return np.isin(self.block, list(blocks))


@dataclass(frozen=True, slots=True)
class Start:
    """Log-odds of m clients, (m,), that a booster adds to, by boosters below that never saw the client.

    `booster` is the sum of those boosters, fitted on all clients.
    """

    log_odds: Values
    booster: lightgbm.Booster | None


@dataclass(frozen=True, slots=True)
class HoldOutModel:
    """The top booster that saw none of the hold-out: its features there, (h, k), and what it starts from.

    `medians`: of the numeric features that are never missing among its training clients.
    """

    booster: lightgbm.Booster
    names: tuple[str, ...]
    matrix: Values
    start: Values
    medians: Mapping[str, float]

    def log_odds(self, matrix: Values) -> Values:
        """Return log-odds, (h,), of the hold-out's clients with these features instead, (h, k)."""
        return self.start + lightgbm.raw_scores(self.booster, matrix)


@dataclass(eq=False)
class StagedBoosting:
    """Boosters over stages, lowest first; every booster is fitted once. `rounds` has those of each stage."""

    stages: Sequence[Stage]
    seed: int
    progress: Progress
    rounds: list[int] = field(default_factory=list)
    _log_odds: dict[tuple[int, Blocks], Values] = field(default_factory=dict)
    _hold_out_model: HoldOutModel | None = field(default=None, init=False)

    @property
    def top(self) -> int:
        return len(self.stages) - 1

    def cross_validate(self) -> OutOfFold:
        """Return log-odds of the top's clients, (m,), by boosters without their fold and the hold-out."""
        for number in range(len(self.stages)):
            self._choose_rounds(number)
        block = self.stages[self.top].block
        log_odds = np.full(len(block), np.nan)
        for fold in range(FOLDS):
            inside = block == fold
            log_odds[inside] = self.log_odds(self.top, frozenset({HOLD_OUT, fold}))[inside]
        return OutOfFold(log_odds, self.rounds[self.top])

    def starts(self) -> list[Values]:
        """Return the log-odds that the top's boosters start from without the hold-out and each fold, (m,).

        Each client's come from boosters below that saw neither the client nor the fold.
        """
        for number in range(self.top):
            self._choose_rounds(number)
        return [self._init_score(self.top, frozenset({HOLD_OUT, fold})) for fold in range(FOLDS)]

    def start_of_all(self) -> Start:
        """Return what the final top booster starts from, once the rounds are known; zero without a pool."""
        lower = [self.fit(number, NO_BLOCK) for number in range(self.top)]
        return Start(self._init_score(self.top, NO_BLOCK), summed(lower[::-1]) if lower else None)

    def _choose_rounds(self, number: int) -> None:
        best = [rounds for fold in range(FOLDS) for rounds in self._fit_fold(number, fold)]
        self.rounds.append(final_rounds(best))

    def hold_out_log_odds(self) -> Values:
        """Return log-odds of the top's hold-out, (m,), NaN elsewhere, by boosters that saw none of it."""
        model, stage = self.hold_out_model(), self.stages[self.top]
        log_odds = np.full(len(stage.block), np.nan)
        log_odds[stage.block == HOLD_OUT] = model.log_odds(model.matrix)
        return log_odds

    def hold_out_model(self) -> HoldOutModel:
        """Return the top booster that saw none of the hold-out; it is fitted once."""
        if self._hold_out_model is None:
            excluded = frozenset({HOLD_OUT})
            booster = self.fit(self.top, excluded)
            stage, _, features = self._prepare(self.top, excluded)
            inside = stage.inside(excluded)
            self._hold_out_model = HoldOutModel(
                booster,
                features.names,
                features.matrix[inside],
                self._init_score(self.top, excluded)[inside],
                medians_of_complete(features.names, features.matrix[~inside]),
            )
        return self._hold_out_model

    def refit_on_all(self) -> lightgbm.Booster:
        """Return the final booster, fitted on all clients: its raw score is the sum over the stages."""
        boosters = [self.fit(number, NO_BLOCK) for number in range(len(self.stages))]
        return summed(boosters[::-1])

    def log_odds(self, number: int, excluded: Blocks) -> Values:
        """Return log-odds of the clients in the blocks `excluded`, (m,), by boosters fitted without them.

        NaN for the other clients of the stage.
        """
        if (number, excluded) not in self._log_odds:
            # Without two folds: the rounds that were found best are those of boosters that knew one of them.
            is_start_of_fold = HOLD_OUT in excluded and len(excluded) > 2
            boosters = (
                self._fit_until_best(number, excluded) if is_start_of_fold else [self.fit(number, excluded)]
            )
            self._score(number, excluded, boosters)
        return self._log_odds[number, excluded]

    def fit(self, number: int, excluded: Blocks) -> lightgbm.Booster:
        """Fit the booster of a stage without the blocks `excluded`, for as many rounds as were found best."""
        stage, fitter, features = self._prepare(number, excluded)
        train = ~stage.inside(excluded)
        init_score = self._init_score(number, excluded)[train] if number else None
        return fitter.fit(features.matrix[train], stage.target[train], self.rounds[number], init_score)

    def _fit_fold(self, number: int, fold: int) -> list[int]:
        """Fit without a fold and the hold-out, score both, and return the rounds that were best.

        A tenth of the training clients decides when to stop, so that the fold has no say in its own score.
        """
        excluded = frozenset({HOLD_OUT, fold})
        boosters = self._fit_until_best(number, excluded)
        self._score(number, excluded, boosters)
        best = [booster.best_iteration for booster in boosters]
        label = f"Step {number + 1} of {len(self.stages)}, fold" if self.top else "Fold"
        self.progress(f"{label} {fold + 1} of {FOLDS}: {', '.join(map(str, best))} rounds")
        return best

    def _fit_until_best(self, number: int, excluded: Blocks) -> list[lightgbm.Booster]:
        """Fit the boosters of a stage without the blocks `excluded`, stopped by a tenth of the others."""
        stage, fitter, features = self._prepare(number, excluded)
        init_score = self._init_score(number, excluded) if number else None
        return fitter.fit_until_a_tenth_is_best(
            features.matrix, stage.target, ~stage.inside(excluded), init_score
        )

    def _prepare(self, number: int, excluded: Blocks) -> tuple[Stage, BoosterFitter, FeatureMatrix]:
        stage = self.stages[number]
        features = stage.features(~stage.inside(excluded))
        return stage, BoosterFitter(features.names, stage.hyperparameters, self.seed), features

    def _score(self, number: int, excluded: Blocks, boosters: Sequence[lightgbm.Booster]) -> None:
        stage = self.stages[number]
        inside = stage.inside(excluded)
        matrix = stage.features(~inside).matrix[inside]
        log_odds = self._init_score(number, excluded)
        log_odds[inside] += np.mean([lightgbm.raw_scores(booster, matrix) for booster in boosters], axis=0)
        log_odds[~inside] = np.nan
        self._log_odds[number, excluded] = log_odds

    def _init_score(self, number: int, excluded: Blocks) -> Values:
        """Return the log-odds, (m,), that the stage below gives each client: see the head of this module."""
        stage = self.stages[number]
        init_score = np.zeros(len(stage.block))
        if not number:
            return init_score
        for block in np.unique(stage.block).tolist():
            inside = stage.block == block
            init_score[inside] = self.log_odds(number - 1, excluded | {block})[stage.row_below[inside]]
        return init_score


def medians_of_complete(names: Sequence[str], matrix: Values) -> dict[str, float]:
    """Return the median of each numeric feature that is never missing, which LightGBM would read as 0."""
    categories = vocabulary(tuple(names))
    return {
        name: float(np.median(values))
        for name, values in zip(names, matrix.T, strict=True)
        if name not in categories and not np.isnan(values).any()
    }
