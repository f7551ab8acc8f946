"""Recipes as data: which aggregates of which quantities over which rows, their names and their words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ibis

from scoring.ml.features.spec.feature import Feature
from scoring.ml.features.spec.measures import Quantity
from scoring.ml.tables.schema import Text


@dataclass(frozen=True, eq=False)
class Scope:
    """The rows an aggregate is over: all of them (`where` is None) or those of a condition.

    `rows` names them: "active loans at other lenders", "les crédits actifs chez d’autres prêteurs". A scope
    with a `group` gives it to its aggregates in place of their quantity's. `period` is how long its window
    is, where it has one: "the last 6 months".
    """

    name: str
    rows: Text
    where: ibis.Deferred | None = None
    group: str = ""
    period: Text | None = None

    @property
    def column(self) -> str:
        return f"in_{self.name}"


Kinds = Mapping[Quantity, tuple[str, ...]]
Recipe = Mapping[Scope, Kinds]


def together(*kinds: Kinds) -> Kinds:
    """Several sets of aggregates as one, in their order."""
    quantities = dict.fromkeys(quantity for one in kinds for quantity in one)
    return {quantity: tuple(k for one in kinds for k in one.get(quantity, ())) for quantity in quantities}


@dataclass(frozen=True, eq=False)
class Aggregate:
    """One aggregate of a recipe: a sum, mean, max, min, std, share, count, slope (the change per month of a
    straight line through the rows), distinct (how many values differ), or the value of a single row."""

    scope: Scope
    quantity: Quantity
    kind: str

    def named(self, prefix: str) -> str:
        return "_".join(part for part in (prefix, self.scope.name, self.quantity.column, self.kind) if part)

    def feature(self, *, table: str, prefix: str) -> Feature:
        return Feature(
            name=self.named(prefix),
            group=self.scope.group or self.quantity.group,
            unit=self.quantity.unit_of(self.kind),
            label=self.quantity.label(self.kind, self.scope.rows),
            table=table,
            categories=self.quantity.categories if self.kind == "value" else {},
        )


def aggregates(recipe: Recipe) -> Iterator[Aggregate]:
    """The aggregates of a recipe, one by one, in its order."""
    for scope, quantities in recipe.items():
        for quantity, kinds in quantities.items():
            for kind in kinds:
                yield Aggregate(scope, quantity, kind)


def features(recipe: Recipe, *, table: str, prefix: str) -> tuple[Feature, ...]:
    """What the aggregates of a recipe are called and how they are put into words."""
    return tuple(aggregate.feature(table=table, prefix=prefix) for aggregate in aggregates(recipe))
