"""Group-bys whose results do not depend, to the last bit, on the order of rows, threads or other clients.

Every value is held as a whole number of a small fixed part of its unit (a millionth of a ratio, a thousandth
of anything else), because whole numbers add up exactly in any order. Aggregation takes two steps: once per
client and cell (one combination of the scopes that a row is in), then per client over the few cells of each
scope. Cells merge because they keep counts, sums, sums of squares and extremes, never averages.
"""

from collections.abc import Callable, Mapping

import ibis
from ibis.expr.types import IntegerColumn, IntegerScalar, NumericScalar, NumericValue, Table

from scoring.ml.features.feature import Unit
from scoring.ml.features.quantities import Quantity
from scoring.ml.features.recipes import Aggregate, Recipe, aggregates

CLIENT = "SK_ID_CURR"
ROWS = "ROWS"

# Parts of a unit that are kept, and the largest magnitude that is believed (a value beyond it is cut there):
# the sum over a client's rows stays within 18 digits and the sum of their squares within 32.
PARTS = {Unit.RATIO: 1_000_000, Unit.PERCENT: 1_000_000}
PART = 1_000
BOUNDS = {Unit.MONEY: 1e9, Unit.RATIO: 100.0, Unit.PERCENT: 100.0}
BOUND = 1e6
WIDE = "decimal(38, 0)"

NEEDS: Mapping[str, tuple[str, ...]] = {
    "sum": ("sum",),
    "mean": ("n", "sum"),
    "share": ("n", "sum"),
    "std": ("n", "sum", "square"),
    "max": ("max",),
    "min": ("min",),
    "value": ("max",),
    "count": (),
}
STATES: Mapping[str, Callable[[IntegerColumn], IntegerScalar]] = {
    "n": lambda values: values.count(),
    "sum": lambda values: values.sum(),
    "square": lambda values: (values.cast(WIDE) * values.cast(WIDE)).sum(),
    "max": lambda values: values.max(),
    "min": lambda values: values.min(),
}


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
    """
    cells = cells_of(rows, recipe)
    values = {item.named(prefix): value(item, cells) for item in aggregates(recipe)}
    return cells.group_by(CLIENT).aggregate(cells[ROWS].sum().cast("int64").name(ROWS), **values)


def cells_of(rows: Table, recipe: Recipe) -> Table:
    """One row per client and combination of scopes: the states of every quantity that the recipe asks for."""
    # A row whose condition is unknown is not in the scope.
    scopes = {scope.column: scope.where.fill_null(False) for scope in recipe if scope.where is not None}
    needed = states_needed(recipe)
    prepared = rows.select(
        CLIENT,
        rows[ROWS] if ROWS in rows.columns else ibis.literal(1).name(ROWS),
        **scopes,
        **{quantity.column: whole(rows[quantity.column], quantity.unit_of("value")) for quantity in needed},
    )
    states = {
        f"{quantity.column}_{state}": STATES[state](prepared[quantity.column])
        for quantity, names in needed.items()
        for state in names
    }
    return prepared.group_by(CLIENT, *scopes).aggregate(
        prepared[ROWS].sum().name(ROWS), COUNT=prepared.count(), **states
    )


def states_needed(recipe: Recipe) -> dict[Quantity, list[str]]:
    needed: dict[Quantity, list[str]] = {}
    for item in aggregates(recipe):
        if item.kind != "count":
            names = needed.setdefault(item.quantity, [])
            names += [name for name in NEEDS[item.kind] if name not in names]
    return needed


def value(item: Aggregate, cells: Table) -> NumericScalar:
    """One aggregate of a client, a double in its own unit, from the cells that are in its scope."""
    where = None if item.scope.where is None else cells[item.scope.column]
    parts = PARTS.get(item.quantity.unit_of("value"), PART)

    def state(name: str) -> IntegerColumn:
        return cells[f"{item.quantity.column}_{name}"]

    match item.kind:
        case "count":
            return cells["COUNT"].sum(where=where).fill_null(0).cast("float64")
        case "sum":
            return state("sum").sum(where=where).cast("float64") / parts
        case "mean" | "share":
            n = state("n").sum(where=where).nullif(0)
            return state("sum").sum(where=where).cast("float64") / (n * parts).cast("float64")
        case "min":
            return state("min").min(where=where).cast("float64") / parts
        case "std":
            return deviation(*(state(name).sum(where=where) for name in ("n", "sum", "square"))) / parts
    return state("max").max(where=where).cast("float64") / parts


def deviation(n: IntegerScalar, total: IntegerScalar, square: NumericScalar) -> NumericScalar:
    """The standard deviation of a sample of two or more: sqrt((n*square - total^2) / (n*(n - 1)))."""
    spread = n.cast(WIDE) * square.cast(WIDE) - total.cast(WIDE) * total.cast(WIDE)
    return ibis.ifelse(n > 1, ratio(spread.cast("float64"), (n * (n - 1)).cast("float64")).sqrt(), None)
