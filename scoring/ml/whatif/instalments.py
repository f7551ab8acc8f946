"""Between a monthly instalment and a duration: the columns hold neither the term nor the rate of a loan."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.application.amounts import LOWEST_YEARLY_RATE
from scoring.ml.features.spec.formula import Profile
from scoring.ml.whatif.editable import LONGEST_MONTHS

_HALVINGS = 60
_HIGHEST_MONTHLY_RATE = 1.0


@lru_cache(maxsize=1024)
def likely_months(credit: float, annuity: float) -> float:
    """The likely length of the loan, by the model's own feature; the longest term where it knows none."""
    columns = {"AMT_CREDIT": np.array([credit]), "AMT_ANNUITY": np.array([annuity])}
    profile = Profile(columns, 1, catalogue.CLEANINGS, catalogue.FORMULAS)
    with np.errstate(all="ignore"):
        months = float(profile.TERM_OF_CREDIT[0])
    return LONGEST_MONTHS if np.isnan(months) else months


@lru_cache(maxsize=1024)
def monthly_rate(credit: float, annuity: float) -> float:
    """The rate at which equal instalments over the likely length repay the credit; at least the lowest usual.

    Source: the annuity formula, credit = annuity x (1 - (1 + i)^-n) / i, solved for i by bisection.
    """
    months = likely_months(credit, annuity)
    low: float = (1 + LOWEST_YEARLY_RATE) ** (1 / 12) - 1
    high = _HIGHEST_MONTHLY_RATE
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        repaid = annuity * (1 - float((1 + middle) ** -months)) / middle
        low, high = (middle, high) if repaid > credit else (low, middle)
    return low


def annuity_over(
    credit: float | NDArray[np.float64], months: float | NDArray[np.float64], rate: float
) -> NDArray[np.float64]:
    """The equal monthly instalment that repays `credit` in `months` at `rate` a month; element-wise."""
    return np.asarray(credit * rate / (1 - (1 + rate) ** -np.asarray(months, dtype=np.float64)))
