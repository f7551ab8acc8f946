"""What each history table alone says of the risk: a small model per table, told as one feature.

Others in the competition scored single rows of a table; a stored case has the client's aggregates alone, so
it is they that are scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned as words
from scoring.ml.features.history import all_tables
from scoring.ml.features.spec.feature import Unit
from scoring.ml.learned.family import Arrays, Family, Lesson, Values
from scoring.ml.learned.small_boosters import Trees

# What tells, for each table, that a client has rows in it.
COUNTS: Mapping[str, str] = {
    "bureau": "BURO_LOANS_count",
    "bureau_balance": "BB_LOANS_count",
    "previous_application": "PREV_APPLICATIONS_count",
    "pos_cash_balance": "POS_STATEMENTS_count",
    "installments_payments": "INST_INSTALMENTS_count",
    "credit_card_balance": "CARD_MONTHS_count",
}
# Two halves teach each other's clients: nobody's own outcome is in what is said of them.
HALVES = 2
# In each half, with rows in the table: clients, and clients of either outcome.
FEWEST = 200
FEWEST_OF_A_KIND = 20
# Trees on all columns of a table choose these few, because an assessment has to compute all that are read.
COLUMNS = 16
ROUNDS = 40

_PARTS = {part.needs[0]: part.aggregates for part in all_tables.PARTS}
_TABLES = tuple(COUNTS)
_KEPT = {table: [f"{table}_{half}" for half in range(HALVES)] for table in COUNTS}
_INPUTS = tuple(feature.name for feature in all_tables.AGGREGATES)
_PLACE = {name: place for place, name in enumerate(_INPUTS)}
_CATEGORIES = frozenset(feature.name for feature in all_tables.AGGREGATES if feature.unit is Unit.CATEGORY)


@dataclass(frozen=True, eq=False)
class Nested(Family):
    """For each table that could be taught, by name, the trees of each half of the clients."""

    trees: Mapping[str, Sequence[Trees]]

    code: ClassVar = "nested"
    features: ClassVar = words.NESTED
    inputs: ClassVar = _INPUTS

    @classmethod
    def learn(cls, lesson: Lesson) -> Self | None:
        learned = {table: _halves(table, lesson) for table in COUNTS}
        taught = {table: halves for table, halves in learned.items() if halves}
        return cls(taught) if taught else None

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        told = {table: names for table, names in _KEPT.items() if arrays.keys() & set(names)}
        if not arrays or arrays.keys() - {name for names in told.values() for name in names}:
            raise ValueError(f"{sorted(arrays)} are not the halves of history tables")
        return cls(
            {table: _restored(table, [arrays[name] for name in names]) for table, names in told.items()}
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            name: trees.bytes()
            for table, halves in self.trees.items()
            for name, trees in zip(_KEPT[table], halves, strict=True)
        }

    @cached_property
    def reads(self) -> Sequence[str]:
        counts = [COUNTS[table] for table in self.trees]
        used = (name for halves in self.trees.values() for trees in halves for name in trees.names)
        return tuple(dict.fromkeys([*counts, *used]))

    @cached_property
    def _columns(self) -> Mapping[str, Sequence[NDArray[np.intp]]]:
        """Where each half's trees find their columns among what is read, by table."""
        place = {name: position for position, name in enumerate(self.reads)}
        return {
            table: [np.array([place[name] for name in trees.names]) for trees in halves]
            for table, halves in self.trees.items()
        }

    def values(self, inputs: Values) -> Values:
        first, second = (self._scores(inputs, half) for half in range(HALVES))
        return (first + second) / HALVES

    def own(self, inputs: Values) -> Values:
        first, second = (self._scores(inputs, half) for half in range(HALVES))
        return np.where((np.arange(len(inputs)) % HALVES == 0)[:, None], second, first)

    def _scores(self, inputs: Values, half: int) -> Values:
        """(n, k): what the trees of one half say; NaN for a table without trees or without rows."""
        scores = np.full((len(inputs), len(COUNTS)), np.nan)
        # What is read begins with the counts of the tables that were taught.
        for count, (table, halves) in enumerate(self.trees.items()):
            told = halves[half].values(inputs.take(self._columns[table][half], axis=1))
            scores[:, _TABLES.index(table)] = np.where(inputs[:, count] > 0, told, np.nan)
        return scores


def _halves(table: str, lesson: Lesson) -> list[Trees]:
    """The trees of each half; none where the table cannot teach."""
    names = [feature.name for feature in _PARTS[table]]
    inputs = lesson.inputs[:, [_PLACE[name] for name in names]]
    known = lesson.inputs[:, _PLACE[COUNTS[table]]] > 0
    halves = [known & (np.arange(len(known)) % HALVES == half) for half in range(HALVES)]
    if not all(_enough(lesson.target[rows]) for rows in halves):
        return []
    found = [_taught(names, inputs[rows], lesson.target[rows]) for rows in halves]
    return [trees for trees in found if trees] if all(found) else []


def _enough(target: Values) -> bool:
    defaults = target.sum()
    return len(target) >= FEWEST and min(defaults, len(target) - defaults) >= FEWEST_OF_A_KIND


def _taught(names: Sequence[str], inputs: Values, target: Values) -> Trees | None:
    """Trees on the columns that matter most; None where none says anything."""
    gains = _fit(names, inputs, target).gains
    best = [int(place) for place in np.argsort(-gains, kind="stable")[:COLUMNS] if gains[place] > 0]
    return _fit([names[place] for place in best], inputs[:, best], target) if best else None


def _fit(names: Sequence[str], inputs: Values, target: Values) -> Trees:
    categories = [place for place, name in enumerate(names) if name in _CATEGORIES]
    return Trees.of_odds(inputs, target, names, categories, rounds=ROUNDS)


def _restored(table: str, texts: Sequence[NDArray[Any]]) -> list[Trees]:
    halves = [Trees.restore(text) for text in texts]
    own = {feature.name for feature in _PARTS[table]}
    if strange := {name for trees in halves for name in trees.names} - own:
        raise ValueError(f"{sorted(strange)} are not of the table {table}")
    return halves
