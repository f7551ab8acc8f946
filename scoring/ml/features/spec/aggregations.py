"""Group-bys whose results do not depend, to the last bit, on the order of rows, threads or other clients.

Every value is scaled to a whole number of a small fixed part of its unit (a millionth of a ratio, a
thousandth of anything else), because whole numbers add up exactly in any order. One pass per table computes
every aggregate of a recipe. (Measured on 13.6 M instalments: aggregating first by client and row filter, then
merging, took twice as long, because a client is in many combinations of row filters.)
"""

from collections.abc import Callable, Mapping

import ibis
from ibis.expr.types import BooleanValue, IntegerColumn, NumericScalar, NumericValue, Table, Value

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.measures import Measure
from scoring.ml.features.spec.recipes import Aggregate, Recipe, aggregates

CLIENT = "SK_ID_CURR"
ROWS = "ROWS"
MONTH = "MONTH"

# The scale of each unit, and the largest magnitude (a value beyond it is clipped to it): the sum over a
# client's rows stays within 18 digits and the sum of their squares within 32.
SCALES = {Unit.RATIO: 1_000_000, Unit.PERCENT: 1_000_000}
DEFAULT_SCALE = 1_000
MONTH_SCALE = 1_000_000
BOUNDS = {Unit.MONEY: 1e9, Unit.RATIO: 100.0, Unit.PERCENT: 100.0}
DEFAULT_BOUND = 1e6
WIDE = "decimal(38, 0)"


def ratio(numerator: NumericValue, denominator: NumericValue) -> NumericValue:
    """Divide; missing where the denominator is zero."""
    return numerator / denominator.nullif(0)


def count_where(condition: BooleanValue) -> NumericScalar:
    """Count the rows of a condition; unknown is not met, and a group where it is unknown throughout has 0."""
    # Not count(where=...): on PySpark Ibis writes a sum, which is missing for such a group.
    return condition.fill_null(False).cast("int64").sum()


def exact_sum(amounts: NumericValue) -> NumericValue:
    """Sum amounts of money exactly, for rows that are combined before the recipe."""
    return scaled(amounts, Unit.MONEY).sum().cast("float64") / DEFAULT_SCALE


def scaled(values: NumericValue, unit: Unit) -> NumericValue:
    """Scale values to whole numbers of the small part of their unit."""
    bound = BOUNDS.get(unit, DEFAULT_BOUND)
    doubles = values.cast("float64")
    clipped = (doubles.abs() <= bound).ifelse(doubles, doubles.sign() * bound)
    return (clipped * SCALES.get(unit, DEFAULT_SCALE)).round().cast("int64")


def aggregate(rows: Table, recipe: Recipe, *, prefix: str) -> Table:
    """Compute one row per client of `rows`: the recipe's aggregates as doubles, and ROWS, its raw rows.

    Rows that were combined from several raw ones give their number in a column ROWS.
    A recipe with slopes needs a column MONTH: when each row was, in months before the application (negative).
    """
    prepared = prepare(rows, recipe)
    values = {item.name(prefix): aggregate_value(item, prepared) for item in aggregates(recipe)}
    return prepared.group_by(CLIENT).aggregate(prepared[ROWS].sum().cast("int64").name(ROWS), **values)


def prepare(rows: Table, recipe: Recipe) -> Table:
    """Select the recipe's row filters as booleans and its measures as scaled whole numbers."""
    # A row whose condition is unknown does not pass the filter.
    filters = {
        row_filter.column: row_filter.where.fill_null(False)
        for row_filter in recipe
        if row_filter.where is not None
    }
    measures = dict.fromkeys(item.measure for item in aggregates(recipe) if item.aggregation != "count")
    has_slope = any(item.aggregation == "slope" for item in aggregates(recipe))
    return rows.select(
        CLIENT,
        rows[ROWS] if ROWS in rows.columns else ibis.literal(1).name(ROWS),
        **filters,
        **({MONTH: (rows[MONTH] * MONTH_SCALE).round().cast("int64")} if has_slope else {}),
        **{measure.column: scaled_measure(measure, rows[measure.column]) for measure in measures},
    )


def scaled_measure(measure: Measure, values: Value) -> NumericValue:
    """Scale a measure; a category becomes its position in its vocabulary, missing where it has none."""
    if measure.categories:
        codes = ((category, code) for code, category in enumerate(measure.categories))
        values = values.cases(*codes, else_=None)
    return scaled(values, measure.unit_of("value"))


def aggregate_value(item: Aggregate, rows: Table) -> NumericScalar:
    """Compute one aggregate of a client, a double in its own unit, over the rows of its filter."""
    # A condition inside the sum: with FILTER, DuckDB copies all columns of the rows for every aggregate.
    passes = None if item.row_filter.where is None else rows[item.row_filter.column]
    if item.aggregation == "count":
        return rows.count().cast("float64") if passes is None else passes.cast("int64").sum().cast("float64")
    column = rows[item.measure.column]
    values = column if passes is None else passes.ifelse(column, None)
    if item.aggregation == "distinct":
        return values.nunique().nullif(0).cast("float64")
    scale = SCALES.get(item.measure.unit_of("value"), DEFAULT_SCALE)
    if item.aggregation == "slope":
        return slope(values, rows[MONTH]) / scale
    return FUNCTIONS[item.aggregation](values) / scale


def mean(values: IntegerColumn) -> NumericScalar:
    return values.sum().cast("float64") / values.count().nullif(0).cast("float64")


def standard_deviation(values: IntegerColumn) -> NumericScalar:
    """Compute the sample standard deviation of two or more: sqrt((n * squares - total^2) / (n * (n - 1)))."""
    n, wide = values.count(), values.cast(WIDE)
    total = values.sum().cast(WIDE)
    spread = (n.cast(WIDE) * (wide * wide).sum().cast(WIDE) - total * total).cast("float64")
    return ratio(spread, (n * (n - 1)).cast("float64")).sqrt()


def slope(values: IntegerColumn, months: IntegerColumn) -> NumericScalar:
    """Compute the least-squares change per month; missing where all known values are of one month."""
    when = values.notnull().ifelse(months, None).cast(WIDE)
    n, wide = values.count().cast(WIDE), values.cast(WIDE)
    rise = n * (wide * when).sum().cast(WIDE) - wide.sum().cast(WIDE) * when.sum().cast(WIDE)
    run = n * (when * when).sum().cast(WIDE) - when.sum().cast(WIDE) * when.sum().cast(WIDE)
    return ratio(rise.cast("float64") * MONTH_SCALE, run.cast("float64"))


FUNCTIONS: Mapping[str, Callable[[IntegerColumn], NumericScalar]] = {
    "sum": lambda values: values.sum().cast("float64"),
    "mean": mean,
    "share": mean,
    "std": standard_deviation,
    "max": lambda values: values.max().cast("float64"),
    "min": lambda values: values.min().cast("float64"),
    "value": lambda values: values.max().cast("float64"),
}
