"""Recipes as data: aggregations of measures over row filters, with their feature names and labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis

from scoring.ml.features.spec.feature import Direction, Feature
from scoring.ml.features.spec.measures import Aggregation, Measure
from scoring.ml.tables.schema import Text


@dataclass(frozen=True, eq=False)
class RowFilter:
    """The rows that an aggregate is over: all of them (`where` is None) or those of a condition.

    `rows` names them: "active loans at other lenders", "les crédits actifs chez d’autres prêteurs". `group`,
    if given, is the reason group of the aggregates in place of their measure's. `period` is the length of the
    window, if it is one: "the last 6 months".
    """

    name: str
    rows: Text
    where: ibis.Deferred | None = None
    group: str = ""
    period: Text | None = None

    @property
    def column(self) -> str:
        return f"in_{self.name}"


LEVELS: frozenset[Aggregation] = frozenset({"mean", "max", "share", "value"})
"""Aggregations that keep the direction of their measure. A sum grows with the number of rows besides."""

Aggregations = Mapping[Measure, tuple[Aggregation, ...]]
Directions = Mapping[Measure, Direction]
NONE: Directions = MappingProxyType({})
Recipe = Mapping[RowFilter, Aggregations]


def combine(*blocks: Aggregations) -> Aggregations:
    """Merge several blocks of aggregations, in their order."""
    measures = dict.fromkeys(measure for block in blocks for measure in block)
    return {
        measure: tuple(aggregation for block in blocks for aggregation in block.get(measure, ()))
        for measure in measures
    }


@dataclass(frozen=True, eq=False)
class Aggregate:
    """One aggregate of a recipe."""

    row_filter: RowFilter
    measure: Measure
    aggregation: Aggregation

    def name(self, prefix: str) -> str:
        parts = (prefix, self.row_filter.name, self.measure.column, self.aggregation)
        return "_".join(part for part in parts if part)

    def feature(self, *, table: str, prefix: str, direction: Direction | None = None) -> Feature:
        return Feature(
            name=self.name(prefix),
            group=self.row_filter.group or self.measure.group,
            unit=self.measure.unit_of(self.aggregation),
            label=self.measure.label(self.aggregation, self.row_filter.rows),
            table=table,
            categories=self.measure.categories if self.aggregation == "value" else {},
            direction=direction if self.aggregation in LEVELS else None,
        )


def aggregates(recipe: Recipe) -> Iterator[Aggregate]:
    """Yield the aggregates of a recipe, in its order."""
    for row_filter, measures in recipe.items():
        for measure, aggregations in measures.items():
            for aggregation in aggregations:
                yield Aggregate(row_filter, measure, aggregation)


def features(
    recipe: Recipe, *, table: str, prefix: str, directions: Directions = NONE
) -> tuple[Feature, ...]:
    """Return the features that the recipe's aggregates are; `directions` are those of measures' LEVELS."""
    return tuple(
        aggregate.feature(table=table, prefix=prefix, direction=directions.get(aggregate.measure))
        for aggregate in aggregates(recipe)
    )
