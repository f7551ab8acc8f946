"""Row-wise formulas: derived features, each with the arithmetic that computes it.

Every operation here works element by element. A reduction over stacked columns would add numbers up in
another order for one client than for a thousand: a case page would differ from the batch in the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.feature import Direction, Feature, Unit
from scoring.ml.features.spec.terms import over_columns
from scoring.ml.tables.schema import Text

Values = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
"""Raw columns by name, all of one length: float64 with NaN, or object arrays of str | None for categories."""


class Profile:
    """The cleaned columns of n clients and the features derived from them, each computed once, on first use.

    A formula reads `profile.AMT_CREDIT`; a name that is neither an allowed column nor a derived feature is an
    AttributeError, so that no formula can reach sex or family status.
    """

    def __init__(
        self,
        columns: Columns,
        size: int,
        cleanings: Mapping[str, "Cleaning"],
        formulas: Mapping[str, "Formula"],
    ) -> None:
        self._columns = columns
        self._cleanings = cleanings
        self._formulas = formulas
        self._missing = np.full(size, np.nan)

    def __getattr__(self, name: str) -> Values:
        formula = self._formulas.get(name)
        values = formula(self) if formula else self._cleaned(name)
        self.__dict__[name] = values
        return values

    def _cleaned(self, name: str) -> Values:
        raw = self.raw(name)
        return self._cleanings[name](raw)

    def raw(self, name: str) -> NDArray[Any]:
        """Return the column before any cleaning; all missing where it was not given."""
        if name not in self._cleanings:
            raise AttributeError(name)
        return self._columns.get(name, self._missing)


Formula = Callable[[Profile], Values]
Cleaning = Callable[[NDArray[Any]], Values]


@dataclass(frozen=True, slots=True)
class DerivedFeature:
    feature: Feature
    formula: Formula


Definition = tuple[str, Unit, str, str, Formula]
"""Name, unit, label in English and in French, formula."""


def derived_features(
    group: str,
    definitions: Iterable[Definition],
    *,
    table: str = "application",
    directions: Mapping[str, Direction] = MappingProxyType({}),
) -> tuple[DerivedFeature, ...]:
    """Define derived features of one reason group, with the directions of some of them, by name."""
    return tuple(
        DerivedFeature(
            Feature(name, group, unit, Text(en, fr), table, direction=directions.get(name)), formula
        )
        for name, unit, en, fr, formula in definitions
    )


def ratio(numerator: Values | float, denominator: Values) -> Values:
    """Divide; missing where the denominator is zero."""
    return np.divide(numerator, np.where(denominator == 0, np.nan, denominator))


def flag(condition: NDArray[np.bool_], source: Values) -> Values:
    """Return 1 or 0, missing where `source` is missing."""
    return np.where(np.isnan(source), np.nan, condition)


@over_columns
def nancount(columns: Sequence[Values]) -> Values:
    """Count the values that are present."""
    # Whole numbers add up to the same in any order, so this one sum over an axis is safe.
    count: Values = (~np.isnan(np.array(columns))).sum(axis=0, dtype=np.float64)
    return count


@over_columns
def nansum(columns: Sequence[Values]) -> Values:
    """Sum the values that are present, from left to right; missing when none is (unlike NumPy's)."""
    stacked = np.array(columns)
    missing = np.isnan(stacked)
    total: Values = reduce(np.add, np.where(missing, 0.0, stacked))
    return np.where(missing.all(axis=0), np.nan, total)


@over_columns
def nanmean(columns: Sequence[Values]) -> Values:
    return nansum(columns) / nancount(columns)


@over_columns
def nanmedian(columns: Sequence[Values]) -> Values:
    """Median of the values that are present."""
    # Sorting moves values and adds none up, so a row does not depend on the others. Missing ones come last.
    ordered = np.sort(np.array(columns), axis=0)
    count = nancount(columns).astype(np.intp)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    rows = np.arange(ordered.shape[1])
    median: Values = (ordered[low, rows] + ordered[np.minimum(high, len(ordered) - 1), rows]) / 2
    return median


@over_columns
def nanvar(columns: Sequence[Values]) -> Values:
    """Population variance of the values that are present; missing when fewer than two are."""
    deviations = np.array(columns) - nanmean(columns)
    return np.where(nancount(columns) < 2, np.nan, nanmean(list(deviations * deviations)))


@over_columns
def nanmin(columns: Sequence[Values]) -> Values:
    return reduce(np.fmin, columns)


@over_columns
def nanmax(columns: Sequence[Values]) -> Values:
    return reduce(np.fmax, columns)


def median_of_three(first: Values, second: Values, third: Values) -> Values:
    """Median of the values that are present."""
    median = np.fmax(np.fmin(first, second), np.fmin(np.fmax(first, second), third))
    columns = (first, second, third)
    return np.where(nancount(columns) == 3, median, nanmean(columns))
