"""The value of one feature of one client, and where it lies among the clients that the model accepts."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from creditdesk.reasons import values
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model.explainer_data import ReferenceRange

MAX_RARE_SHARE: Final = 0.1
OTHER: Final = "Other"
DAYS_IN_MONTH: Final = 30.4
# Dates are written in months; a loan begins up to a month after it is granted.
MAX_DAYS_APART: Final = 31.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """`reference_range`: None for a model without one; then nothing counts as unusual."""

    feature: Feature
    value: float
    reference_range: ReferenceRange | None

    @property
    def is_missing(self) -> bool:
        return bool(np.isnan(self.value))

    @property
    def is_below(self) -> bool:
        return self.reference_range is not None and self.value < self.reference_range.low

    @property
    def is_above(self) -> bool:
        return self.reference_range is not None and self.value > self.reference_range.high

    @property
    def is_rare(self) -> bool:
        """A category of few accepted clients; never a number."""
        if self.reference_range is None or not self.feature.categories or self.is_missing:
            return False
        share = self.reference_range.share_of(self.value)
        return bool(np.isnan(share) or share < MAX_RARE_SHARE)

    @property
    def is_rare_by_name(self) -> bool:
        """A category of few accepted clients, counted with every other that is shown by its name.

        "Other" names nothing that few are in.
        """
        if not self.is_rare or self.reference_range is None:
            return False
        names = [values.without_number(text.en) for text in self.feature.categories.values()]
        name = names[int(self.value)] if 0 <= self.value < len(names) else OTHER
        same = [float(code) for code in range(len(names)) if names[code] == name]
        share = float(np.nansum([self.reference_range.share_of(code) for code in same]))
        return name != OTHER and share < MAX_RARE_SHARE

    @property
    def rank(self) -> float | None:
        """The share of accepted clients on the other side of the value; None inside the range."""
        if self.reference_range is None or not (self.is_below or self.is_above):
            return None
        return self.reference_range.rank_of(self.value)

    @property
    def day(self) -> float | None:
        """The day of a loan, an application or a refusal, in days from this application; None for what is
        no date of the credit history."""
        if self.feature.table == "application" and self.feature.group != "credit_experience":
            return None
        match self.feature.unit:
            case Unit.DAYS_AGO:
                return self.value
            case Unit.MONTHS_AGO:
                return self.value * DAYS_IN_MONTH
            case _:
                return None


def are_one_day(first: Evidence, second: Evidence) -> bool:
    """Whether two facts give one day of the credit history, as it is read: the same within a month."""
    if first.day is None or second.day is None:
        return False
    return abs(first.day - second.day) <= MAX_DAYS_APART
