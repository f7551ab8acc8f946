"""Vintages of loans: cumulative default rate by months on book, unusual vintages, and roll rates.

A vintage is the loans of one period; an age is a number of whole months since the application.
"""

from dataclasses import dataclass
from math import lgamma, log, log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Integers = NDArray[np.int64]

NEVER: Final = np.iinfo(np.int64).max
# Days past due from which a loan is in the next bucket; the last bucket is a default.
BUCKETS: Final = (1, 31, 61, 91)
DEFAULT_BUCKET: Final = len(BUCKETS)

MIN_AGE: Final = 3
MIN_EXPECTED: Final = 10.0
# Seen by chance in 1 of 30,000 vintages at most. Four standard errors would promise as much and not keep it:
# where 20 to 75 defaults are expected, chance brings them in 1 of 5,000 to 8,500.
UNUSUAL: Final = 1 / 30_000


@dataclass(frozen=True, slots=True)
class Loans:
    """n loans, (n,) each: index of the vintage, probability of default as assessed (NaN: not assessed), age
    at the first default (NEVER: none). `last_ages` is the age up to which each vintage is observed, (v,).
    """

    vintage: Integers
    probability: Values
    default_age: Integers
    last_ages: Integers


@dataclass(frozen=True, slots=True)
class VintageTest:
    """Defaults of a vintage up to `age`, and those expected of its clients by how the others did.

    `chance` is how probable so many defaults, or more, are where the vintage is like the others.
    """

    vintage: int
    age: int
    loans: int
    defaults: int
    expected: float
    chance: float

    @property
    def is_unusual(self) -> bool:
        return self.chance < UNUSUAL


def cumulative_default_rates(loans: Loans, max_age: int) -> Values:
    """Return the share of each vintage in default by each age, (v, max_age + 1), NaN beyond its age."""
    vintages = len(loans.last_ages)
    sizes = np.bincount(loans.vintage, minlength=vintages)
    within = loans.default_age <= max_age
    cells = loans.vintage[within] * (max_age + 1) + loans.default_age[within]
    defaults = np.bincount(cells, minlength=vintages * (max_age + 1)).reshape(vintages, max_age + 1)
    rates = np.cumsum(defaults, axis=1) / np.maximum(sizes, 1)[:, None]
    rates[np.arange(max_age + 1) > loans.last_ages[:, None]] = np.nan
    rates[sizes == 0] = np.nan
    return rates


def vintage_tests(loans: Loans) -> list[VintageTest]:
    """Compare each vintage that is old enough with the others at the same age.

    What is expected follows the probabilities: clients of higher risk may default more often without being
    unusual. Given the defaults of all of them together, those of the vintage are a binomial draw, whose exact
    tail counts: it holds for few defaults too, and knows that the others' ratio is an estimate. Where no loan
    has a probability, nothing is expected.
    """
    if np.isnan(loans.probability).all():
        return []
    return [test for vintage in range(len(loans.last_ages)) if (test := _test(loans, vintage))]


def _test(loans: Loans, vintage: int) -> VintageTest | None:
    """Compare at the age at which an excess would stand out most, whatever the vintage's own defaults."""
    oldest_other = max(np.delete(loans.last_ages, vintage), default=0)
    probability = np.where(np.isnan(loans.probability), np.nanmean(loans.probability), loans.probability)
    inside = loans.vintage == vintage
    best: VintageTest | None = None
    best_power = 0.0
    for age in range(MIN_AGE, min(int(loans.last_ages[vintage]), int(oldest_other)) + 1):
        compared = ~inside & (loans.last_ages[loans.vintage] >= age)
        defaulted = loans.default_age <= age
        elsewhere = int(defaulted[compared].sum())
        if elsewhere < MIN_EXPECTED:
            continue
        expected = np.minimum(elsewhere / float(probability[compared].sum()) * probability[inside], 1.0)
        total = float(expected.sum())
        variance = float((expected * (1 - expected)).sum()) + total**2 / elsewhere
        power = total / variance**0.5
        if total < MIN_EXPECTED or power <= best_power:
            continue
        defaults = int(defaulted[inside].sum())
        chance = _upper_tail(defaults, defaults + elsewhere, total / (total + elsewhere))
        best, best_power = VintageTest(vintage, age, int(inside.sum()), defaults, total, chance), power
    return best


def _upper_tail(count: int, trials: int, share: float) -> float:
    """Probability that at least `count` of `trials` defaults fall to a vintage of this share of them."""
    if count <= trials * share:
        return 1.0
    first = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
    first += count * log(share) + (trials - count) * log1p(-share)
    places = np.arange(count, trials)
    steps = np.log(trials - places) - np.log(places + 1) + log(share) - log1p(-share)
    return float(np.exp(first + np.cumsum(np.append(0.0, steps))).sum())


def bucket(days_past_due: Integers, defaulted: NDArray[np.bool_]) -> Integers:
    """Return the bucket of each loan and month, (m,): 0 is up to date, DEFAULT_BUCKET a default."""
    by_days = np.searchsorted(np.array(BUCKETS), days_past_due, side="right")
    return np.where(defaulted, DEFAULT_BUCKET, np.minimum(by_days, DEFAULT_BUCKET)).astype(np.int64)


def roll_counts(before: Integers, after: Integers) -> Integers:
    """Count the months by their bucket, (m,) each, and that of the month after, (b, b)."""
    size = DEFAULT_BUCKET + 1
    return np.bincount(before * size + after, minlength=size * size).reshape(size, size)


def roll_rates(counts: Integers) -> Values:
    """Return the share of each bucket's loans in each bucket a month later, (b, b); NaN: no loan."""
    totals = counts.sum(axis=1, keepdims=True)
    rates: Values = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return rates
