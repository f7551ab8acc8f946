"""Row-wise formulas: a feature in words and the arithmetic that makes it, side by side.

Every operation here works element by element. A reduction over stacked columns would add numbers up in
another order for one client than for a thousand: a case page would differ from the batch in the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.feature import Feature, Unit
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
        self._size = size
        self._sources = sources
        self._formulas = formulas

    def __getattr__(self, name: str) -> Values:
        if name in self._formulas:
            values = self._formulas[name](self)
        elif name in self._sources:
            values = self._sources[name](self.given(name))
        else:
            raise AttributeError(name)
        self.__dict__[name] = values
        return values

    def given(self, name: str) -> NDArray[Any]:
        """The column as it was given, before any cleaning; all missing where it was not."""
        if name not in self._sources:
            raise AttributeError(name)
        if name in self._columns:
            return self._columns[name]
        return np.full(self._size, np.nan)


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


def is_missing(values: Values) -> Values:
    return np.isnan(values).astype(np.float64)


def known_count(values: Sequence[Values]) -> Values:
    count = np.zeros_like(values[0])
    for one in values:
        count = count + ~np.isnan(one)
    return count


def known_sum(values: Sequence[Values]) -> Values:
    """The sum of what is known, from left to right; missing when nothing is."""
    total = np.zeros_like(values[0])
    for one in values:
        total = total + np.where(np.isnan(one), 0.0, one)
    return np.where(known_count(values) == 0, np.nan, total)


def known_mean(values: Sequence[Values]) -> Values:
    return known_sum(values) / known_count(values)


def known_variance(values: Sequence[Values]) -> Values:
    """Population variance of what is known; missing when fewer than two are."""
    mean = known_mean(values)
    spread = known_mean([(one - mean) * (one - mean) for one in values])
    return np.where(known_count(values) < 2, np.nan, spread)


def least(values: Sequence[Values]) -> Values:
    smallest = values[0]
    for one in values[1:]:
        smallest = np.fmin(smallest, one)
    return smallest


def greatest(values: Sequence[Values]) -> Values:
    largest = values[0]
    for one in values[1:]:
        largest = np.fmax(largest, one)
    return largest


def middle_of_three(first: Values, second: Values, third: Values) -> Values:
    """Median of what is known of three values."""
    middle = np.fmax(np.fmin(first, second), np.fmin(np.fmax(first, second), third))
    return np.where(known_count((first, second, third)) == 3, middle, known_mean((first, second, third)))
