"""The value of one feature of one client, and where it lies among the clients that the model accepts."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.ml.features.spec.feature import Feature
from scoring.ml.model.explainer_data import ReferenceRange

MAX_RARE_SHARE: Final = 0.1


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
    def rank(self) -> float | None:
        """The share of accepted clients on the other side of the value; None inside the range."""
        if self.reference_range is None or not (self.is_below or self.is_above):
            return None
        return self.reference_range.rank_of(self.value)
