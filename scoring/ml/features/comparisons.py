"""Comparisons between aggregates of one client: total debt over total credit, recent minus usual delay."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ibis.expr.types import Table

from scoring.ml.features.aggregation import ratio
from scoring.ml.features.feature import Feature


@dataclass(frozen=True)
class Comparison:
    """A quotient or a difference of two aggregates, missing where one of them is."""

    feature: Feature
    left: str
    how: Literal["over", "minus"]
    right: str


def compare(aggregated: Table, comparisons: Iterable[Comparison]) -> Table:
    """The aggregates with their comparisons beside them."""
    return aggregated.mutate(
        **{
            comparison.feature.name: (
                ratio(aggregated[comparison.left], aggregated[comparison.right])
                if comparison.how == "over"
                else aggregated[comparison.left] - aggregated[comparison.right]
            )
            for comparison in comparisons
        }
    )
