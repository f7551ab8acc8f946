"""Completeness of a client's application: whether what is missing could change the verdict.

A common field is an application column that nearly every client has. Where one is missing, it is filled with
values that are plausible for a training client, and the probabilities that follow are compared with the
thresholds: where they lie on both sides of one, nothing is recommended until a person has completed the
fields. A history table without rows is no missing field, nor is a column that many clients do not have.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.features.frames import CATEGORIES, Record, Value, columns_of
from scoring.ml.features.spec.formula import Columns
from scoring.ml.model.model import Model
from scoring.ml.model.plausible_values import plausible_values
from scoring.ml.model.verdict import Thresholds, Verdict, missing_of, verdict_for, verdicts_for
from scoring.ml.tables.columns import NO_DATE

# Stored with an assessment: 1, critical inputs alone; 2, common fields that can change the verdict too; 3,
# with the range of the probability also where the common fields do not, for other thresholds might lie in it.
CRITICAL_INPUTS: Final = 1
COMMON_FIELDS: Final = 2
RANGE_ALWAYS: Final = 3
RULE: Final = RANGE_ALWAYS

COMMON: Final = (
    "EXT_SOURCE_2",
    "DAYS_EMPLOYED",
    "AMT_GOODS_PRICE",
    "NAME_EDUCATION_TYPE",
    "NAME_INCOME_TYPE",
    "ORGANIZATION_TYPE",
    "DAYS_LAST_PHONE_CHANGE",
    "DAYS_ID_PUBLISH",
    "DAYS_REGISTRATION",
    "REGION_RATING_CLIENT",
)
WATCHED: Final = (*CRITICAL, *(name for name in COMMON if name not in CRITICAL))

# Each of them is scored some dozen times in one call of the model.
COMPLETED_AT_ONCE: Final = 50
_CONTRACT: Final = "NAME_CONTRACT_TYPE"


def _is_bought(record: Record) -> bool:
    return record.get(_CONTRACT) != "Revolving loans"


def _is_employed(record: Record) -> bool:
    return record.get("DAYS_EMPLOYED") != NO_DATE


# A revolving credit buys nothing, and who has no employment has no employer.
_APPLIES: Final[Mapping[str, Callable[[Record], bool]]] = {
    "AMT_GOODS_PRICE": _is_bought,
    "ORGANIZATION_TYPE": _is_employed,
}


class FieldEffect(NamedTuple):
    """A missing field, and how far its plausible values move the probability, in percentage points."""

    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Completion:
    """The lowest and the highest probability over plausible values of the missing fields, and their effects.

    `effects`: only of fields that move the probability, the largest first.
    """

    low: float
    high: float
    effects: tuple[FieldEffect, ...]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        effects = (FieldEffect(name, points) for name, points in stored["fields"])
        return cls(stored["low"], stored["high"], tuple(effects))

    def to_json(self) -> dict[str, Any]:
        """Fields as a list of pairs: an object would not keep its order in every database."""
        return {"low": self.low, "high": self.high, "fields": [list(effect) for effect in self.effects]}

    def changes_verdict(self, thresholds: Thresholds) -> bool:
        return verdict_for(self.low, thresholds) != verdict_for(self.high, thresholds)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A verdict; with `missing` inputs, the most important first, it is refer until they are completed.

    `completion` stands also beside the verdict of a record whose missing fields do not change it.
    """

    verdict: Verdict
    missing: tuple[str, ...] = ()
    completion: Completion | None = None


_OF_VERDICT: Final = {verdict: Recommendation(verdict) for verdict in Verdict}


def recommend(
    model: Model, thresholds: Thresholds, probability: float, record: Record, rule: int = RULE
) -> Recommendation:
    """Return the verdict on one client from the probability that the model gives for the record."""
    return recommend_many(model, thresholds, np.array([probability]), [record], rule)[0]


def recommend_many(
    model: Model,
    thresholds: Thresholds,
    probabilities: NDArray[np.float64],
    records: Sequence[Record],
    rule: int = RULE,
) -> list[Recommendation]:
    """Return the same verdicts for several clients, in their order."""
    recommended = [_OF_VERDICT[verdict] for verdict in verdicts_for(probabilities, thresholds)]
    unknown = missing_fields if rule >= COMMON_FIELDS else missing_of
    lacking = {row: names for row, record in enumerate(records) if (names := unknown(record))}
    if rule < COMMON_FIELDS:
        referred = {row: Recommendation(Verdict.REFER, names) for row, names in lacking.items()}
        return [referred.get(row, plain) for row, plain in enumerate(recommended)]
    for some in _slices(list(lacking)):
        clients, fields = [records[row] for row in some], [lacking[row] for row in some]
        completions = completed(model, probabilities[some], clients, fields)
        for row, record, completion in zip(some, clients, completions, strict=True):
            recommended[row] = _incomplete(thresholds, recommended[row], missing_of(record), completion, rule)
    return recommended


def recommend_columns(
    model: Model, thresholds: Thresholds, probabilities: NDArray[np.float64], columns: Columns
) -> list[Recommendation]:
    """Return the same verdicts for clients in columns (n,); only those that lack a field are read by name."""
    recommended = [_OF_VERDICT[verdict] for verdict in verdicts_for(probabilities, thresholds)]
    absent = np.zeros(len(probabilities), dtype=bool)
    for name in WATCHED:
        absent |= _absent(columns.get(name), name, len(probabilities))
    read = {name: columns[name] for name in {*WATCHED, _CONTRACT, *model.columns} if name in columns}
    for some in _slices(np.flatnonzero(absent).tolist()):
        lists = {name: values[some].tolist() for name, values in read.items()}
        records = [
            _present({name: values[row] for name, values in lists.items()}) for row in range(len(some))
        ]
        answers = recommend_many(model, thresholds, probabilities[some], records)
        for row, answer in zip(some, answers, strict=True):
            recommended[row] = answer
    return recommended


def _incomplete(
    thresholds: Thresholds,
    plain: Recommendation,
    critical: tuple[str, ...],
    completion: Completion,
    rule: int,
) -> Recommendation:
    """The verdict on a client who lacks fields; `plain` is the one on the record as it is."""
    if not critical and not completion.changes_verdict(thresholds):
        has_range = rule >= RANGE_ALWAYS and completion.low < completion.high
        return Recommendation(plain.verdict, completion=completion) if has_range else plain
    effects = [effect.name for effect in completion.effects]
    # A critical input is needed even where this model would not move with it.
    return Recommendation(
        Verdict.REFER, (*effects, *(name for name in critical if name not in effects)), completion
    )


def missing_fields(record: Record) -> tuple[str, ...]:
    """Return the critical inputs and the common fields that a client's record lacks and that apply to it."""
    return tuple(
        name
        for name in WATCHED
        if _is_missing(record.get(name)) and (name not in _APPLIES or _APPLIES[name](record))
    )


def completed(
    model: Model,
    probabilities: NDArray[np.float64],
    records: Sequence[Record],
    fields: Sequence[Sequence[str]],
) -> list[Completion]:
    """Fill each client's fields one by one, then all with the values that move the probability most.

    `probabilities` (n,) are those of the n records as they are; the model answers all of them in two calls.
    """
    columns = columns_of(records, model.columns)
    singles = [
        (client, name, value)
        for client, (record, names) in enumerate(zip(records, fields, strict=True))
        for name in names
        for value in plausible_values(model, name, record)
    ]
    chances = _probabilities(model, columns, [(client, {name: value}) for client, name, value in singles])
    outcomes: list[dict[str, list[tuple[float, Value]]]] = [{} for _ in records]
    for (client, name, value), chance in zip(singles, chances, strict=True):
        outcomes[client].setdefault(name, []).append((chance, value))
    ends = [
        (client, {name: extreme(values, key=_chance)[1] for name, values in by_field.items()})
        for client, by_field in enumerate(outcomes)
        for extreme in (min, max)
    ]
    together = _probabilities(model, columns, ends)
    return [
        _completion(by_field, [probability, *together[2 * client : 2 * client + 2]])
        for client, (by_field, probability) in enumerate(zip(outcomes, probabilities.tolist(), strict=True))
    ]


def _completion(by_field: Mapping[str, list[tuple[float, Value]]], chances: list[float]) -> Completion:
    """From the probability with each value of each field, and those of the record without and with all."""
    by_name = {name: [chance for chance, _ in outcomes] for name, outcomes in by_field.items()}
    effects = [FieldEffect(name, 100 * (max(of_field) - min(of_field))) for name, of_field in by_name.items()]
    moving = sorted((effect for effect in effects if effect.points), key=lambda effect: -effect.points)
    every = [*chances, *chain.from_iterable(by_name.values())]
    return Completion(min(every), max(every), tuple(moving))


def _probabilities(
    model: Model, columns: Columns, changes: Sequence[tuple[int, Mapping[str, Value]]]
) -> list[float]:
    """The probability of a client, by its row of the columns, with each of these changes."""
    clients = np.array([client for client, _ in changes], dtype=np.intp)
    changed = {name: values.take(clients) for name, values in columns.items()}
    for row, (_, change) in enumerate(changes):
        for name, value in change.items():
            if name in changed:
                changed[name][row] = value
    probabilities: list[float] = model.score(model.matrix(changed)).probability.tolist()
    return probabilities


def _slices(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    return (rows[start : start + COMPLETED_AT_ONCE] for start in range(0, len(rows), COMPLETED_AT_ONCE))


def _absent(values: NDArray[Any] | None, name: str, size: int) -> NDArray[np.bool_]:
    if values is None:
        return np.ones(size, dtype=bool)
    if name in CATEGORIES:
        return np.array([value is None for value in values.tolist()], dtype=bool)
    return np.asarray(np.isnan(values), dtype=bool)


def _present(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if not _is_missing(value)}


def _is_missing(value: Any) -> bool:
    # NaN is the one value that differs from itself.
    return value is None or value != value


def _chance(outcomes: tuple[float, Value]) -> float:
    return outcomes[0]
