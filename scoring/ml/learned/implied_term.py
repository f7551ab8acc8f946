"""Implied term: the length and price of a loan, which an application does not name, from past loans."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned
from scoring.ml.features.spec.formula import ratio
from scoring.ml.learned.family import Arrays, FeatureFamily, FitData, Values
from scoring.ml.learned.small_boosters import SmallBooster

MIN_LOANS = 500
ROUNDS = 150
_BISECTIONS = 30
_MAX_MONTHLY_RATE = 0.2

PAST_COLUMNS = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "CNT_PAYMENT")
"""The columns of an earlier loan that the family is fitted on."""


@dataclass(frozen=True, eq=False)
class ImpliedTerm(FeatureFamily):
    """A regression of the number of instalments on the columns that past and present loans share."""

    booster: SmallBooster

    code: ClassVar = "implied"
    features: ClassVar = declared_learned.IMPLIED_TERM
    inputs: ClassVar = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE")

    @classmethod
    def fit(cls, data: FitData) -> Self | None:
        if not data.past_loans:
            return None
        credit, annuity, goods, months = (data.past_loans[name] for name in PAST_COLUMNS)
        usable = (credit > 0) & (annuity > 0) & (months > 0)
        if usable.sum() < MIN_LOANS:
            return None
        matrix = _booster_inputs(np.column_stack([credit, annuity, goods])[usable])
        return cls(SmallBooster.fit(matrix, months[usable], (), rounds=ROUNDS))

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(SmallBooster.restore(arrays["trees"]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"trees": self.booster.bytes()}

    def transform(self, inputs: Values) -> Values:
        credit, annuity = inputs[:, 0], inputs[:, 1]
        present = ~np.isnan(ratio(credit, annuity))
        with np.errstate(all="ignore"):
            predicted = np.maximum(self.booster.predict(_booster_inputs(inputs)), 1.0)
            months = np.where(present, predicted, np.nan)
            interest = ratio(months * annuity - credit, credit)
            rate = _monthly_rate(ratio(annuity, credit), months)
            return np.column_stack([months, rate, interest, months - ratio(credit, annuity)])

    def cross_fitted(self, inputs: Values) -> Values:
        # Fitted on earlier loans and no outcome: the present loan is not in the fit data.
        return self.transform(inputs)


def _booster_inputs(loans: Values) -> Values:
    credit, annuity, goods = loans.T
    with np.errstate(all="ignore"):
        return np.column_stack([credit, annuity, goods, ratio(credit, annuity), ratio(credit, goods)])


def _monthly_rate(share: Values, months: Values) -> Values:
    """Solve share = r / (1 - (1 + r)^-months) for the monthly rate r in [0, 20 %], by bisection.

    `share` is annuity / credit.
    """
    low, high = np.zeros_like(share), np.full_like(share, _MAX_MONTHLY_RATE)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        too_high = middle / (1 - (1 + middle) ** -months) > share
        low, high = np.where(too_high, low, middle), np.where(too_high, middle, high)
    return np.where(np.isnan(share * months), np.nan, (low + high) / 2)
