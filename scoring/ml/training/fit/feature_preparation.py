"""Features of a booster: selected plain features, and learned ones fitted on its own training clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.learned_features import LearnedFeatures, PlainFeatures
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit.feature_selection import Selection, select
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.fit.staged_boosting import FeatureMatrix, Mask

Values = NDArray[np.float64]

ALL_ROWS: Final = slice(None)


@dataclass(frozen=True, slots=True)
class _Prepared:
    train: Mask
    features: FeatureMatrix
    learned: LearnedFeatures
    selection: Selection


@dataclass(eq=False)
class FeaturePreparation:
    """Selection and learned features, fitted anew for each set of training clients."""

    families: Sequence[str]
    past_loans: Mapping[str, NDArray[Any]]
    hyperparameters: Hyperparameters
    seed: int
    _latest: _Prepared | None = field(default=None, init=False)

    def for_stage(self, stage: StageData) -> Callable[[Mask], FeatureMatrix]:
        """Return the function from training clients, (m,), to the features of all clients of the stage."""
        return lambda train: self._prepared(stage, train).features

    @property
    def learned(self) -> LearnedFeatures:
        """As fitted on the latest training clients: on all of them, once the final booster is fitted."""
        return self._latest.learned if self._latest else LearnedFeatures()

    @property
    def selection(self) -> Selection:
        """As `learned`."""
        return self._require_latest().selection

    def final_clients(self, clients: Clients, names: Sequence[str]) -> Clients:
        """Return the clients with the features `names` of the final booster.

        Their learned features are those that the booster was fitted on: each client's without what that
        client itself taught.
        """
        plain_of, unlabelled = (
            plain_features(clients.names, rows) for rows in (clients.matrix, clients.unlabelled)
        )
        position = {name: column for column, name in enumerate(names)}
        matrix = np.empty((len(clients), len(names)))
        plain = [name for name in names if name not in self.learned.names]
        matrix[:, [position[name] for name in plain]] = plain_of(plain)
        cross_fitted = self._require_latest().features.matrix[: len(clients), len(self.selection.selected) :]
        matrix[:, [position[name] for name in self.learned.names]] = cross_fitted
        return replace(
            clients, names=tuple(names), matrix=matrix, unlabelled=self.learned.matrix(unlabelled, names)
        )

    def _require_latest(self) -> _Prepared:
        if not self._latest:
            raise ValueError("nothing has been prepared yet")
        return self._latest

    def _prepared(self, stage: StageData, train: Mask) -> _Prepared:
        # Every booster asks for its features two or three times in a row.
        if self._latest is None or not np.array_equal(self._latest.train, train):
            self._latest = self._prepare(stage, train)
        return self._latest

    def _prepare(self, stage: StageData, train: Mask) -> _Prepared:
        selection = select(
            stage.names,
            stage.matrix,
            stage.target,
            np.flatnonzero(train),
            seed=self.seed,
            shuffles=self.hyperparameters.shuffles,
            shuffled_clients=self.hyperparameters.shuffled_clients,
            count=self.hyperparameters.features,
        )
        plain = plain_features(stage.names, stage.matrix)
        plain_train = plain_features(stage.names, stage.matrix, train)
        learned = LearnedFeatures.fit(self.families, plain_train, stage.target[train], self.past_loans)
        names, matrix = (*selection.selected, *learned.names), plain(selection.selected)
        if learned.families:
            matrix = np.hstack([matrix, learned_matrix(learned, stage.names, stage.matrix, train)])
        return _Prepared(train, FeatureMatrix(names, matrix), learned, selection)


def learned_matrix(learned: LearnedFeatures, names: Sequence[str], matrix: Values, train: Mask) -> Values:
    """Return the learned features, (n, j): cross-fitted for the clients `train`, (n,), that they come from.

    `matrix`, (n, k), holds the plain features `names` of all clients.
    """
    values = np.empty((len(matrix), len(learned.names)))
    values[train] = learned.cross_fitted(plain_features(names, matrix, train))
    if not train.all():
        values[~train] = learned.transform(plain_features(names, matrix, ~train))
    return values


def plain_features(names: Sequence[str], matrix: Values, rows: Mask | slice = ALL_ROWS) -> PlainFeatures:
    """Return columns of the rows of a matrix by name; features that were not informative in training are
    missing.
    """
    position = {name: column for column, name in enumerate(names)}
    missing = np.full(len(matrix), np.nan)[rows]
    return lambda wanted: np.column_stack(
        [matrix[rows, position[name]] if name in position else missing for name in wanted]
    )
