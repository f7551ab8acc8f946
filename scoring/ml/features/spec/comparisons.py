"""Comparisons of two aggregates of one client: total debt over total credit, recent minus overall delay."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ibis.expr.types import Table

from scoring.ml.features.spec import labels
from scoring.ml.features.spec.aggregations import ratio
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import Aggregation, Measure
from scoring.ml.features.spec.recipes import Aggregate, RowFilter
from scoring.ml.tables.schema import Text


@dataclass(frozen=True)
class Comparison:
    """A quotient or a difference of two aggregates, by name, missing where one of them is."""

    feature: Feature
    left: str
    operator: Literal["over", "minus"]
    right: str


def window_ratio(
    measure: Measure, aggregation: Aggregation, short: RowFilter, long: RowFilter, *, table: str, prefix: str
) -> Comparison:
    """Divide an aggregate over a short window by the same over a longer one: has it grown of late?"""
    numerator, denominator = Aggregate(short, measure, aggregation), Aggregate(long, measure, aggregation)
    label = numerator.feature(table=table, prefix=prefix).label
    longer = long.period or long.rows
    text = Text(
        f"{label.en}, compared with {longer.en}", f"{label.fr}, par rapport {labels.with_a(longer.fr)}"
    )
    name = f"{numerator.name(prefix)}_OVER_{long.name or 'ALL'}"
    feature = Feature(name, short.group or measure.group, Unit.RATIO, text, table)
    return Comparison(feature, numerator.name(prefix), "over", denominator.name(prefix))


def add_comparisons(aggregated: Table, comparisons: Iterable[Comparison]) -> Table:
    """Add the comparisons to the aggregates as further columns."""
    return aggregated.mutate(
        **{
            comparison.feature.name: (
                ratio(aggregated[comparison.left], aggregated[comparison.right])
                if comparison.operator == "over"
                else aggregated[comparison.left] - aggregated[comparison.right]
            )
            for comparison in comparisons
        }
    )
