"""Conversion between instalment and duration; the columns hold neither the term nor the rate of a loan."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.application.amounts import MIN_YEARLY_RATE
from scoring.ml.features.spec.formula import Profile
from scoring.ml.whatif.editable import MAX_MONTHS

_BISECTIONS = 60
_MAX_MONTHLY_RATE = 1.0


@lru_cache(maxsize=1024)
def likely_months(credit: float, annuity: float) -> float:
    """Return the likely length of the loan, by the model's own feature; MAX_MONTHS where it is missing."""
    columns = {"AMT_CREDIT": np.array([credit]), "AMT_ANNUITY": np.array([annuity])}
    profile = Profile(columns, 1, catalogue.CLEANINGS, catalogue.FORMULAS)
    with np.errstate(all="ignore"):
        months = float(profile.TERM_OF_CREDIT[0])
    return MAX_MONTHS if np.isnan(months) else months


@lru_cache(maxsize=1024)
def monthly_rate(credit: float, annuity: float) -> float:
    """Solve for the rate at which equal instalments over the likely length repay the credit.

    It is never below MIN_YEARLY_RATE. Source: the annuity formula, credit = annuity x (1 - (1 + i)^-n) / i,
    solved for i by bisection.
    """
    months = likely_months(credit, annuity)
    low: float = (1 + MIN_YEARLY_RATE) ** (1 / 12) - 1
    high = _MAX_MONTHLY_RATE
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        repaid = annuity * (1 - float((1 + middle) ** -months)) / middle
        low, high = (middle, high) if repaid > credit else (low, middle)
    return low


def annuity_over(
    credit: float | NDArray[np.float64], months: float | NDArray[np.float64], rate: float
) -> NDArray[np.float64]:
    """Return the monthly instalment that repays `credit` in `months` at `rate` a month; element-wise."""
    return np.asarray(credit * rate / (1 - (1 + rate) ** -np.asarray(months, dtype=np.float64)))
