"""Group-bys whose results do not depend, to the last bit, on the order of rows, threads or other clients.

Every value is held as a whole number of a small fixed part of its unit (a millionth of a ratio, a thousandth
of anything else), because whole numbers add up exactly in any order. One pass per table computes every
aggregate of a recipe. (Measured on 13.6 M instalments: aggregating first by client and scope, then merging,
took twice as long, because a client is in many combinations of scopes.)
"""

from collections.abc import Callable, Mapping

import ibis
from ibis.expr.types import IntegerColumn, NumericScalar, NumericValue, Table, Value

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.measures import Quantity
from scoring.ml.features.spec.recipes import Aggregate, Recipe, aggregates

CLIENT = "SK_ID_CURR"
ROWS = "ROWS"
MONTH = "MONTH"

# Parts of a unit that are kept, and the largest magnitude that is believed (a value beyond it is cut there):
# the sum over a client's rows stays within 18 digits and the sum of their squares within 32.
PARTS = {Unit.RATIO: 1_000_000, Unit.PERCENT: 1_000_000}
PART = 1_000
PARTS_OF_MONTH = 1_000_000
BOUNDS = {Unit.MONEY: 1e9, Unit.RATIO: 100.0, Unit.PERCENT: 100.0}
BOUND = 1e6
WIDE = "decimal(38, 0)"


def ratio(numerator: NumericValue, denominator: NumericValue) -> NumericValue:
    """A quotient, missing where the denominator is zero."""
    return numerator / denominator.nullif(0)


def total(amounts: NumericValue) -> NumericValue:
    """The exact sum of amounts of money, for rows that are put together before the recipe."""
    return whole(amounts, Unit.MONEY).sum().cast("float64") / PART


def whole(values: NumericValue, unit: Unit) -> NumericValue:
    """Values as whole numbers of their unit's parts."""
    bound = BOUNDS.get(unit, BOUND)
    doubles = values.cast("float64")
    believed = (doubles.abs() <= bound).ifelse(doubles, doubles.sign() * bound)
    return (believed * PARTS.get(unit, PART)).round().cast("int64")


def aggregate(rows: Table, recipe: Recipe, *, prefix: str) -> Table:
    """One row per client of `rows`: the recipe's aggregates as doubles, and ROWS, how many raw rows it had.

    Rows that were put together from several raw ones say from how many in a column ROWS of their own.
    A recipe with slopes needs a column MONTH: when each row was, in months before the application (negative).
    """
    prepared = prepare(rows, recipe)
    values = {item.named(prefix): value(item, prepared) for item in aggregates(recipe)}
    return prepared.group_by(CLIENT).aggregate(prepared[ROWS].sum().cast("int64").name(ROWS), **values)


def prepare(rows: Table, recipe: Recipe) -> Table:
    """The rows with the scopes they are in and every quantity of the recipe as whole numbers."""
    # A row whose condition is unknown is not in the scope.
    scopes = {scope.column: scope.where.fill_null(False) for scope in recipe if scope.where is not None}
    quantities = dict.fromkeys(item.quantity for item in aggregates(recipe) if item.kind != "count")
    sloped = any(item.kind == "slope" for item in aggregates(recipe))
    return rows.select(
        CLIENT,
        rows[ROWS] if ROWS in rows.columns else ibis.literal(1).name(ROWS),
        **scopes,
        **({MONTH: (rows[MONTH] * PARTS_OF_MONTH).round().cast("int64")} if sloped else {}),
        **{one.column: in_parts(one, rows[one.column]) for one in quantities},
    )


def in_parts(quantity: Quantity, values: Value) -> NumericValue:
    """A quantity as whole numbers; a category as its place in its vocabulary, missing where it has none."""
    if quantity.categories:
        values = values.cases(*((word, code) for code, word in enumerate(quantity.categories)), else_=None)
    return whole(values, quantity.unit_of("value"))


def value(item: Aggregate, rows: Table) -> NumericScalar:
    """One aggregate of a client, a double in its own unit, over the rows of its scope."""
    # A condition inside the sum: with FILTER, DuckDB copies all columns of the rows for every aggregate.
    inside = None if item.scope.where is None else rows[item.scope.column]
    if item.kind == "count":
        return rows.count().cast("float64") if inside is None else inside.cast("int64").sum().cast("float64")
    everywhere = rows[item.quantity.column]
    values = everywhere if inside is None else inside.ifelse(everywhere, None)
    if item.kind == "distinct":
        return values.nunique().nullif(0).cast("float64")
    parts = PARTS.get(item.quantity.unit_of("value"), PART)
    if item.kind == "slope":
        return slope(values, rows[MONTH]) / parts
    return KINDS[item.kind](values) / parts


def average(values: IntegerColumn) -> NumericScalar:
    return values.sum().cast("float64") / values.count().nullif(0).cast("float64")


def deviation(values: IntegerColumn) -> NumericScalar:
    """The standard deviation of a sample of two or more: sqrt((n * squares - total^2) / (n * (n - 1)))."""
    n, wide = values.count(), values.cast(WIDE)
    total = values.sum().cast(WIDE)
    spread = (n.cast(WIDE) * (wide * wide).sum().cast(WIDE) - total * total).cast("float64")
    return ratio(spread, (n * (n - 1)).cast("float64")).sqrt()


def slope(values: IntegerColumn, months: IntegerColumn) -> NumericScalar:
    """The change per month of the least-squares line; missing where all known values are of one month."""
    when = values.notnull().ifelse(months, None).cast(WIDE)
    n, wide = values.count().cast(WIDE), values.cast(WIDE)
    rise = n * (wide * when).sum().cast(WIDE) - wide.sum().cast(WIDE) * when.sum().cast(WIDE)
    run = n * (when * when).sum().cast(WIDE) - when.sum().cast(WIDE) * when.sum().cast(WIDE)
    return ratio(rise.cast("float64") * PARTS_OF_MONTH, run.cast("float64"))


KINDS: Mapping[str, Callable[[IntegerColumn], NumericScalar]] = {
    "sum": lambda values: values.sum().cast("float64"),
    "mean": average,
    "share": average,
    "std": deviation,
    "max": lambda values: values.max().cast("float64"),
    "min": lambda values: values.min().cast("float64"),
    "value": lambda values: values.max().cast("float64"),
}
