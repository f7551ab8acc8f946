"""Nested models: a small model per history table, whose score is a feature.

Other solutions of the competition scored single rows of a table; a stored case has the client's aggregates
alone, so it is they that are scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned
from scoring.ml.features.history import all_tables
from scoring.ml.features.spec.feature import Unit
from scoring.ml.learned.family import Arrays, FeatureFamily, FitData, Values
from scoring.ml.learned.small_boosters import SmallBooster

# The aggregate of each table that is above 0 for a client with rows in it.
ROW_COUNTS: Mapping[str, str] = {
    "bureau": "BURO_LOANS_count",
    "bureau_balance": "BB_LOANS_count",
    "previous_application": "PREV_APPLICATIONS_count",
    "pos_cash_balance": "POS_STATEMENTS_count",
    "installments_payments": "INST_INSTALMENTS_count",
    "credit_card_balance": "CARD_MONTHS_count",
}
# A client is scored by the booster of the other half, which was not fitted on its own outcome.
HALVES = 2
# In each half, with rows in the table: clients, and clients of either outcome.
MIN_CLIENTS = 200
MIN_CLIENTS_PER_OUTCOME = 20
# A booster on all columns of a table chooses these few, because an assessment has to compute all inputs.
MAX_COLUMNS = 16
ROUNDS = 40

_AGGREGATES = {history.table: history.aggregates for history in all_tables.TABLE_HISTORIES}
_TABLES = tuple(ROW_COUNTS)
_ARRAY_NAMES = {table: [f"{table}_{half}" for half in range(HALVES)] for table in ROW_COUNTS}
_INPUTS = tuple(feature.name for feature in all_tables.AGGREGATES)
_POSITION = {name: position for position, name in enumerate(_INPUTS)}
_CATEGORIES = frozenset(feature.name for feature in all_tables.AGGREGATES if feature.unit is Unit.CATEGORY)


@dataclass(frozen=True, eq=False)
class NestedModels(FeatureFamily):
    """For each table with enough clients, by name, one booster per half of the clients."""

    boosters: Mapping[str, Sequence[SmallBooster]]

    code: ClassVar = "nested"
    features: ClassVar = declared_learned.NESTED_MODELS
    inputs: ClassVar = _INPUTS

    @classmethod
    def fit(cls, data: FitData) -> Self | None:
        by_table = {table: _fit_halves(table, data) for table in ROW_COUNTS}
        fitted = {table: boosters for table, boosters in by_table.items() if boosters}
        return cls(fitted) if fitted else None

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        stored = {table: names for table, names in _ARRAY_NAMES.items() if arrays.keys() & set(names)}
        if not arrays or arrays.keys() - {name for names in stored.values() for name in names}:
            raise ValueError(f"{sorted(arrays)} are not the halves of history tables")
        return cls(
            {
                table: _restore_halves(table, [arrays[name] for name in names])
                for table, names in stored.items()
            }
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            name: booster.bytes()
            for table, boosters in self.boosters.items()
            for name, booster in zip(_ARRAY_NAMES[table], boosters, strict=True)
        }

    @cached_property
    def required_inputs(self) -> Sequence[str]:
        row_counts = [ROW_COUNTS[table] for table in self.boosters]
        used = (name for halves in self.boosters.values() for booster in halves for name in booster.names)
        return tuple(dict.fromkeys([*row_counts, *used]))

    @cached_property
    def _columns(self) -> Mapping[str, Sequence[NDArray[np.intp]]]:
        """By table, the positions among the required inputs of each half's columns."""
        position = {name: index for index, name in enumerate(self.required_inputs)}
        return {
            table: [np.array([position[name] for name in booster.names]) for booster in boosters]
            for table, boosters in self.boosters.items()
        }

    def transform(self, inputs: Values) -> Values:
        first, second = (self._scores(inputs, half) for half in range(HALVES))
        return (first + second) / HALVES

    def cross_fitted(self, inputs: Values) -> Values:
        first, second = (self._scores(inputs, half) for half in range(HALVES))
        return np.where((np.arange(len(inputs)) % HALVES == 0)[:, None], second, first)

    def _scores(self, inputs: Values, half: int) -> Values:
        """(n, k): the scores of one half's boosters; NaN for a table without booster or without rows."""
        scores = np.full((len(inputs), len(ROW_COUNTS)), np.nan)
        # The required inputs begin with the row counts of the fitted tables.
        for row_count, (table, boosters) in enumerate(self.boosters.items()):
            predicted = boosters[half].predict(inputs.take(self._columns[table][half], axis=1))
            scores[:, _TABLES.index(table)] = np.where(inputs[:, row_count] > 0, predicted, np.nan)
        return scores


def _fit_halves(table: str, data: FitData) -> list[SmallBooster]:
    """Fit a booster on each half; none where the table has too few clients or no useful column."""
    names = [feature.name for feature in _AGGREGATES[table]]
    inputs = data.inputs[:, [_POSITION[name] for name in names]]
    has_rows = data.inputs[:, _POSITION[ROW_COUNTS[table]]] > 0
    halves = [has_rows & (np.arange(len(has_rows)) % HALVES == half) for half in range(HALVES)]
    if not all(_is_large_enough(data.target[rows]) for rows in halves):
        return []
    fitted = [_fit_best_columns(names, inputs[rows], data.target[rows]) for rows in halves]
    boosters = [booster for booster in fitted if booster]
    return boosters if len(boosters) == HALVES else []


def _is_large_enough(target: Values) -> bool:
    defaults = target.sum()
    return len(target) >= MIN_CLIENTS and min(defaults, len(target) - defaults) >= MIN_CLIENTS_PER_OUTCOME


def _fit_best_columns(names: Sequence[str], inputs: Values, target: Values) -> SmallBooster | None:
    """Fit a booster on the columns of most gain; None where none has any."""
    gains = _fit(names, inputs, target).gains
    by_gain = np.argsort(-gains, kind="stable")[:MAX_COLUMNS]
    best = [int(column) for column in by_gain if gains[column] > 0]
    return _fit([names[column] for column in best], inputs[:, best], target) if best else None


def _fit(names: Sequence[str], inputs: Values, target: Values) -> SmallBooster:
    categories = [column for column, name in enumerate(names) if name in _CATEGORIES]
    return SmallBooster.fit_log_odds(inputs, target, names, categories, rounds=ROUNDS)


def _restore_halves(table: str, texts: Sequence[NDArray[Any]]) -> list[SmallBooster]:
    boosters = [SmallBooster.restore(text) for text in texts]
    columns = {feature.name for feature in _AGGREGATES[table]}
    if unexpected := {name for booster in boosters for name in booster.names} - columns:
        raise ValueError(f"{sorted(unexpected)} are not of the table {table}")
    return boosters
