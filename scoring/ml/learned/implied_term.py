"""The length and the price of a loan, which an application does not name, as past loans here had them."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned as words
from scoring.ml.features.spec.formula import ratio
from scoring.ml.learned.family import Arrays, Family, Lesson, Values
from scoring.ml.learned.small_boosters import Trees

FEWEST = 500
ROUNDS = 150
_STEPS = 30

PAST = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "CNT_PAYMENT")
"""The columns of an earlier loan that teach."""


@dataclass(frozen=True, eq=False)
class Implied(Family):
    """Trees that tell the number of instalments from what earlier and present loans both name."""

    trees: Trees

    code: ClassVar = "implied"
    features: ClassVar = words.IMPLIED
    inputs: ClassVar = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE")

    @classmethod
    def learn(cls, lesson: Lesson) -> Self | None:
        if not lesson.past:
            return None
        credit, annuity, goods, months = (lesson.past[name] for name in PAST)
        usable = (credit > 0) & (annuity > 0) & (months > 0)
        if usable.sum() < FEWEST:
            return None
        shared = _shared(np.column_stack([credit, annuity, goods])[usable])
        return cls(Trees.fit(shared, months[usable], (), rounds=ROUNDS))

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(Trees.restore(arrays["trees"]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"trees": self.trees.bytes()}

    def values(self, inputs: Values) -> Values:
        credit, annuity = inputs[:, 0], inputs[:, 1]
        known = ~np.isnan(ratio(credit, annuity))
        with np.errstate(all="ignore"):
            months = np.where(known, np.maximum(self.trees.values(_shared(inputs)), 1.0), np.nan)
            interest = ratio(months * annuity - credit, credit)
            return np.column_stack(
                [months, _rate(ratio(annuity, credit), months), interest, months - ratio(credit, annuity)]
            )

    def own(self, inputs: Values) -> Values:
        # Learned from earlier loans and no outcome: the present loan taught nothing.
        return self.values(inputs)


def _shared(loans: Values) -> Values:
    credit, annuity, goods = loans.T
    with np.errstate(all="ignore"):
        return np.column_stack([credit, annuity, goods, ratio(credit, annuity), ratio(credit, goods)])


def _rate(share: Values, months: Values) -> Values:
    """The monthly rate r at which annuity/credit = r / (1 - (1 + r)^-months), by halving [0, 20 %]."""
    low, high = np.zeros_like(share), np.full_like(share, 0.2)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        dear = middle / (1 - (1 + middle) ** -months) > share
        low, high = np.where(dear, low, middle), np.where(dear, middle, high)
    return np.where(np.isnan(share * months), np.nan, (low + high) / 2)
