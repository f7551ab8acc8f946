"""What a booster is given: selected plain features, and fitted ones, learned from its own clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.learned_features import LearnedFeatures, PlainFeatures
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.pooling import Step
from scoring.ml.training.fit import feature_selection as selection
from scoring.ml.training.fit.feature_selection import Selection
from scoring.ml.training.fit.hyperparameters import Recipe
from scoring.ml.training.fit.staged_boosting import Mask, Rows

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Prepared:
    learn: Mask
    rows: Rows
    fitted: LearnedFeatures
    selection: Selection


@dataclass(eq=False)
class Preparation:
    """Selection and fitting, done anew for each set of clients that may be learned from."""

    families: Sequence[str]
    past: Mapping[str, NDArray[Any]]
    recipe: Recipe
    seed: int
    _latest: _Prepared | None = field(default=None, init=False)

    def rows_of(self, step: Step) -> Callable[[Mask], Rows]:
        return lambda learn: self._prepared(step, learn).rows

    @property
    def fitted(self) -> LearnedFeatures:
        """Of the latest clients that were asked for; those are everybody once the last booster is fitted."""
        return self._latest.fitted if self._latest else LearnedFeatures()

    @property
    def selection(self) -> Selection:
        """As `fitted`."""
        return self._taught.selection

    @property
    def _taught(self) -> _Prepared:
        if not self._latest:
            raise ValueError("nothing has been prepared yet")
        return self._latest

    def shipped(self, clients: Clients, names: Sequence[str]) -> Clients:
        """The same clients with the features of the finished booster.

        They have what was learned as that booster was given it: each without what it taught itself.
        """
        known, others = (plain_of(clients.names, matrix) for matrix in (clients.matrix, clients.others))
        place = {name: position for position, name in enumerate(names)}
        matrix = np.empty((len(clients), len(names)))
        plain = [name for name in names if name not in self.fitted.names]
        matrix[:, [place[name] for name in plain]] = known(plain)
        learned = self._taught.rows.matrix[: len(clients), len(self.selection.kept) :]
        matrix[:, [place[name] for name in self.fitted.names]] = learned
        return replace(clients, names=tuple(names), matrix=matrix, others=self.fitted.matrix(others, names))

    def _prepared(self, step: Step, learn: Mask) -> _Prepared:
        # Every booster asks for its rows two or three times in a row.
        if self._latest is None or not np.array_equal(self._latest.learn, learn):
            self._latest = self._prepare(step, learn)
        return self._latest

    def _prepare(self, step: Step, learn: Mask) -> _Prepared:
        target = step.target[learn]
        chosen = selection.select(
            step.names,
            step.matrix[learn],
            target,
            seed=self.seed,
            shuffles=self.recipe.shuffles,
            shuffled=self.recipe.shuffled,
        )
        known, taught = plain_of(step.names, step.matrix), plain_of(step.names, step.matrix[learn])
        fitted = LearnedFeatures.fit(self.families, taught, target, self.past)
        names, matrix = (*chosen.kept, *fitted.names), known(chosen.kept)
        if fitted.families:
            learned = np.empty((len(matrix), len(fitted.names)))
            learned[learn] = fitted.cross_fitted(taught)
            if not learn.all():
                learned[~learn] = fitted.transform(plain_of(step.names, step.matrix[~learn]))
            matrix = np.hstack([matrix, learned])
        return _Prepared(learn, Rows(names, matrix), fitted, chosen)


def plain_of(names: Sequence[str], matrix: Values) -> PlainFeatures:
    """Columns of a matrix by name; a feature that said nothing in training counts as missing."""
    place = {name: position for position, name in enumerate(names)}
    missing = np.full(len(matrix), np.nan)
    return lambda wanted: np.column_stack(
        [matrix[:, place[name]] if name in place else missing for name in wanted]
    )
