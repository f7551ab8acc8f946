"""Completeness of a client's application: whether what is missing could change the verdict.

A common field is an application column that nearly every client has. Where one is missing, it is filled with
values that are plausible for a training client, and the probabilities that follow are compared with the
thresholds: where they lie on both sides of one, nothing is recommended until a person has completed the
fields. A history table without rows is no missing field, nor is a column that many clients do not have.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.application.columns import CATEGORY_CODES
from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.features.frames import CATEGORIES, Record, Value, repeated
from scoring.ml.features.spec.formula import Columns
from scoring.ml.model.model import Model
from scoring.ml.model.population import ALL
from scoring.ml.model.verdict import Thresholds, Verdict, missing_of, verdict_for
from scoring.ml.tables.columns import NO_DATE

# Stored with an assessment: 1, critical inputs alone; 2, common fields that can change the verdict too; 3,
# with the range of the probability also where the common fields do not, for other thresholds might lie in it.
CRITICAL_INPUTS: Final = 1
COMMON_FIELDS: Final = 2
RANGE_ALWAYS: Final = 3
RULE: Final = RANGE_ALWAYS

# Numeric fields with the 5th, 25th, 50th, 75th and 95th percentile of 65,706 clients of the public data, for
# a model folder without its own: 0.2 % of them lack EXT_SOURCE_2, none any other.
_NUMBERS: Final[Mapping[str, tuple[float, ...]]] = {
    "EXT_SOURCE_2": (0.133, 0.396, 0.566, 0.664, 0.748),
    "DAYS_EMPLOYED": (-7340.0, -3214.0, -1674.0, -778.0, -207.0, NO_DATE),
    "DAYS_LAST_PHONE_CHANGE": (-2542.0, -1605.0, -792.0, -294.0, -1.0),
    "DAYS_ID_PUBLISH": (-4918.0, -4193.0, -2915.0, -1527.0, -330.0),
    "DAYS_REGISTRATION": (-10388.0, -6928.0, -4237.0, -1818.0, -298.0),
    "REGION_RATING_CLIENT": (1.0, 2.0, 3.0),
    "AMT_INCOME_TOTAL": (72_000.0, 112_500.0, 157_500.0, 219_375.0, 360_000.0),
    "DAYS_BIRTH": (-20923.0, -17616.0, -14673.0, -11891.0, -9398.0),
}
# Categories of one client in a hundred or more of the same data.
_CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "NAME_EDUCATION_TYPE": (
        "Secondary / secondary special",
        "Higher education",
        "Incomplete higher",
        "Lower secondary",
    ),
    "NAME_INCOME_TYPE": ("Working", "Commercial associate", "Pensioner", "State servant"),
    "ORGANIZATION_TYPE": (
        "Business Entity Type 3",
        "Self-employed",
        "Other",
        "Medicine",
        "Government",
        "Business Entity Type 2",
        "School",
        "Trade: type 7",
        "Kindergarten",
        "Construction",
        "Business Entity Type 1",
        "Transport: type 4",
        "Trade: type 3",
        "Industry: type 3",
        "Industry: type 9",
    ),
}
MIN_SHARE: Final = 0.01
# Amounts that follow from the credit: credit over price, and credit over instalment, the same percentiles.
_CREDIT_OVER: Final[Mapping[str, tuple[float, ...]]] = {
    "AMT_GOODS_PRICE": (1.0, 1.132, 1.198, 1.396),
    "AMT_ANNUITY": (9.4, 14.9, 20.6, 27.8, 34.9),
}
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
# Plausible values by field, for as long as their model is in use.
_OF_TRAINING: Final[WeakKeyDictionary[Model, dict[str, tuple[Value, ...]]]] = WeakKeyDictionary()


def _is_bought(record: Record) -> bool:
    return record.get("NAME_CONTRACT_TYPE") != "Revolving loans"


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


def recommend(
    model: Model, thresholds: Thresholds, probability: float, record: Record, rule: int = RULE
) -> Recommendation:
    """Return the verdict on one client from the probability that the model gives for the record."""
    critical = missing_of(record)
    unknown = missing_fields(record) if rule >= COMMON_FIELDS else critical
    if not unknown:
        return Recommendation(verdict_for(probability, thresholds))
    if rule < COMMON_FIELDS:
        return Recommendation(Verdict.REFER, critical)
    completion = completed(model, probability, record, unknown)
    if not critical and not completion.changes_verdict(thresholds):
        has_range = rule >= RANGE_ALWAYS and completion.low < completion.high
        return Recommendation(
            verdict_for(probability, thresholds), completion=completion if has_range else None
        )
    effects = [effect.name for effect in completion.effects]
    # A critical input is needed even where this model would not move with it.
    return Recommendation(
        Verdict.REFER, (*effects, *(name for name in critical if name not in effects)), completion
    )


def recommend_many(
    model: Model, thresholds: Thresholds, probabilities: NDArray[np.float64], records: Sequence[Record]
) -> list[Recommendation]:
    """Return the same verdicts for several clients, in their order."""
    pairs = zip(probabilities.tolist(), records, strict=True)
    return [recommend(model, thresholds, probability, record) for probability, record in pairs]


def recommend_columns(
    model: Model, thresholds: Thresholds, probabilities: NDArray[np.float64], columns: Columns
) -> Iterator[Recommendation]:
    """Yield the same verdicts for clients in columns (n,); only those that lack a field are read by name."""
    absent = np.zeros(len(probabilities), dtype=bool)
    for name in WATCHED:
        absent |= _absent(columns.get(name), name, len(probabilities))
    for row, (probability, lacks) in enumerate(zip(probabilities.tolist(), absent.tolist(), strict=True)):
        record = {name: values[row] for name, values in columns.items()} if lacks else {}
        yield (
            recommend(model, thresholds, probability, _present(record))
            if lacks
            else Recommendation(verdict_for(probability, thresholds))
        )


def missing_fields(record: Record) -> tuple[str, ...]:
    """Return the critical inputs and the common fields that a client's record lacks and that apply to it."""
    return tuple(
        name
        for name in WATCHED
        if _is_missing(record.get(name)) and (name not in _APPLIES or _APPLIES[name](record))
    )


def completed(model: Model, probability: float, record: Record, names: Sequence[str]) -> Completion:
    """Fill the fields one by one, then all with the values that lower and that raise the probability most."""
    values = {name: plausible_values(model, name, record) for name in names}
    singles = [(name, value) for name in names for value in values[name]]
    chances = _probabilities(model, record, [{name: value} for name, value in singles])
    by_field: dict[str, list[tuple[float, Value]]] = {}
    for (name, value), chance in zip(singles, chances, strict=True):
        by_field.setdefault(name, []).append((chance, value))
    lowest = {name: min(outcomes, key=_chance)[1] for name, outcomes in by_field.items()}
    highest = {name: max(outcomes, key=_chance)[1] for name, outcomes in by_field.items()}
    together = _probabilities(model, record, [lowest, highest])
    effects = [
        FieldEffect(name, 100 * (max(outcomes, key=_chance)[0] - min(outcomes, key=_chance)[0]))
        for name, outcomes in by_field.items()
    ]
    moving = sorted((effect for effect in effects if effect.points), key=lambda effect: -effect.points)
    every = [probability, *chances, *together]
    return Completion(min(every), max(every), tuple(moving))


def plausible_values(model: Model, name: str, record: Record) -> tuple[Value, ...]:
    """Return values of a field as training clients have them; amounts as they follow from the credit."""
    credit = record.get("AMT_CREDIT")
    if name in _CREDIT_OVER and isinstance(credit, int | float) and credit > 0:
        return tuple(credit / ratio for ratio in _CREDIT_OVER[name])
    values = _OF_TRAINING.setdefault(model, {})
    if name not in values:
        values[name] = _of_training(model, name)
    return values[name]


def _of_training(model: Model, name: str) -> tuple[Value, ...]:
    """The quantiles or the categories stored with the model, else those of the public data."""
    if name in CATEGORY_CODES:
        return _categories(model, name)
    distributions = model.manifest.population.segments.get(ALL, {})
    if name in distributions:
        # No employment is an answer too.
        return (*distributions[name].quantiles, *([NO_DATE] if name == "DAYS_EMPLOYED" else []))
    reference_range = model.explainer.reference_range(name) if model.explainer else None
    if reference_range and reference_range.low == reference_range.low:
        outer = [bound for bound in reference_range.outer if bound == bound]
        return tuple(sorted({*outer, reference_range.low, reference_range.high}))
    return _NUMBERS.get(name, ())


def _categories(model: Model, name: str) -> tuple[Value, ...]:
    reference_range = model.explainer.reference_range(name) if model.explainer else None
    if reference_range is None:
        return _CATEGORIES[name]
    codes = CATEGORY_CODES[name]
    common = tuple(value for value, code in codes.items() if reference_range.share_of(code) >= MIN_SHARE)
    return common or _CATEGORIES[name]


def _probabilities(model: Model, record: Record, changes: Sequence[Mapping[str, Value]]) -> list[float]:
    """The probability of the record with each of these changes, in one pass through the model."""
    columns = repeated(record, len(changes))
    for row, change in enumerate(changes):
        for name, value in change.items():
            if name not in columns:
                columns[name] = _unknown(name, len(changes))
            columns[name][row] = value
    probabilities: list[float] = model.score(model.matrix(columns)).probability.tolist()
    return probabilities


def _unknown(name: str, size: int) -> NDArray[Any]:
    if name in CATEGORIES:
        return np.full(size, None, dtype=object)
    return np.full(size, np.nan)


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
