"""Comparisons between aggregates of one client: total debt over total credit, recent minus usual delay."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ibis.expr.types import Table

from scoring.ml.features.spec import labels
from scoring.ml.features.spec.aggregations import ratio
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import Quantity
from scoring.ml.features.spec.recipes import Aggregate, Scope
from scoring.ml.tables.schema import Text


@dataclass(frozen=True)
class Comparison:
    """A quotient or a difference of two aggregates, missing where one of them is."""

    feature: Feature
    left: str
    how: Literal["over", "minus"]
    right: str


def fraction(
    quantity: Quantity, kind: str, part: Scope, whole: Scope, *, table: str, prefix: str
) -> Comparison:
    """An aggregate over recent rows divided by the same over more of them: has it grown of late?"""
    recent, usual = Aggregate(part, quantity, kind), Aggregate(whole, quantity, kind)
    label = recent.feature(table=table, prefix=prefix).label
    longer = whole.period or whole.rows
    words = Text(f"{label.en}, compared with {longer.en}", f"{label.fr}, par rapport {labels.to(longer.fr)}")
    name = f"{recent.named(prefix)}_OVER_{whole.name or 'ALL'}"
    group = part.group or quantity.group
    return Comparison(
        Feature(name, group, Unit.RATIO, words, table), recent.named(prefix), "over", usual.named(prefix)
    )


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
