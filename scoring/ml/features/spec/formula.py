"""Row-wise formulas: a feature in words and the arithmetic that makes it, side by side.

Every operation here works element by element. A reduction over stacked columns would add numbers up in
another order for one client than for a thousand: a case page would differ from the batch in the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.schema import Text

Values = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
"""Raw columns by name, all of one length: float64 with NaN, or object arrays of str | None for categories."""


class Profile:
    """The cleaned columns of n clients and the features derived from them, each computed once, when asked.

    A formula reads `profile.AMT_CREDIT`; a name that is neither an allowed column nor a derived feature is an
    AttributeError, so that no formula can reach sex or family status.
    """

    def __init__(
        self,
        columns: Columns,
        size: int,
        sources: Mapping[str, "Cleaning"],
        formulas: Mapping[str, "Formula"],
    ) -> None:
        self._columns = columns
        self._sources = sources
        self._formulas = formulas
        self._missing = np.full(size, np.nan)

    def __getattr__(self, name: str) -> Values:
        formula = self._formulas.get(name)
        values = formula(self) if formula else self._cleaned(name)
        self.__dict__[name] = values
        return values

    def _cleaned(self, name: str) -> Values:
        given = self.given(name)
        return self._sources[name](given)

    def given(self, name: str) -> NDArray[Any]:
        """The column as it was given, before any cleaning; all missing where it was not."""
        if name not in self._sources:
            raise AttributeError(name)
        return self._columns.get(name, self._missing)


Formula = Callable[[Profile], Values]
Cleaning = Callable[[NDArray[Any]], Values]


@dataclass(frozen=True, slots=True)
class Derived:
    feature: Feature
    formula: Formula


Row = tuple[str, Unit, str, str, Formula]
"""Name, unit, words in English and in French, formula."""


def of_group(group: str, rows: Iterable[Row], *, table: str = "application") -> tuple[Derived, ...]:
    """Derived features that count towards one reason."""
    return tuple(
        Derived(Feature(name, group, unit, Text(en, fr), table), formula)
        for name, unit, en, fr, formula in rows
    )


def ratio(numerator: Values | float, denominator: Values) -> Values:
    """Division that answers "missing" where there is nothing to divide by."""
    return np.divide(numerator, np.where(denominator == 0, np.nan, denominator))


def flag(condition: NDArray[np.bool_], known: Values) -> Values:
    """1 or 0, missing where `known` is missing."""
    return np.where(np.isnan(known), np.nan, condition)


def known_count(values: Sequence[Values]) -> Values:
    # Whole numbers add up to the same in any order, so this one sum over an axis is safe.
    count: Values = (~np.isnan(np.array(values))).sum(axis=0, dtype=np.float64)
    return count


def known_sum(values: Sequence[Values]) -> Values:
    """The sum of what is known, from left to right; missing when nothing is."""
    stacked = np.array(values)
    missing = np.isnan(stacked)
    total: Values = reduce(np.add, np.where(missing, 0.0, stacked))
    return np.where(missing.all(axis=0), np.nan, total)


def known_mean(values: Sequence[Values]) -> Values:
    return known_sum(values) / known_count(values)


def known_median(values: Sequence[Values]) -> Values:
    """The middle of what is known, between two of them where their number is even."""
    # Sorting moves values and adds none up: the same in any company. Missing ones come last.
    ordered = np.sort(np.array(values), axis=0)
    count = known_count(values).astype(np.intp)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    columns = np.arange(ordered.shape[1])
    middle: Values = (ordered[low, columns] + ordered[np.minimum(high, len(ordered) - 1), columns]) / 2
    return middle


def known_variance(values: Sequence[Values]) -> Values:
    """Population variance of what is known; missing when fewer than two are."""
    deviations = np.array(values) - known_mean(values)
    return np.where(known_count(values) < 2, np.nan, known_mean(list(deviations * deviations)))


def least(values: Sequence[Values]) -> Values:
    """The smallest known value."""
    return reduce(np.fmin, values)


def greatest(values: Sequence[Values]) -> Values:
    """The largest known value."""
    return reduce(np.fmax, values)


def middle_of_three(first: Values, second: Values, third: Values) -> Values:
    """Median of what is known of three values."""
    middle = np.fmax(np.fmin(first, second), np.fmin(np.fmax(first, second), third))
    return np.where(known_count((first, second, third)) == 3, middle, known_mean((first, second, third)))
