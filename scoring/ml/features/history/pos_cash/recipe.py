"""Aggregates of the monthly statements of past consumer and cash loans with us."""

from ibis.expr.types import Table

from scoring.ml.features.history.pos_cash import measures as m
from scoring.ml.features.history.pos_cash import row_filters as filters
from scoring.ml.features.history.pos_cash.rows import statements
from scoring.ml.features.spec import directions
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import add_comparisons, window_ratio
from scoring.ml.features.spec.measures import Aggregation, Measure
from scoring.ml.features.spec.recipes import Aggregations, Recipe, combine, features

WINDOW: Aggregations = {
    m.STATEMENTS: ("count",),
    m.DELAY: ("max", "mean", "std"),
    m.REAL_DELAY: ("max", "mean"),
    m.LEFT: ("mean",),
    m.IS_LATE: ("share",),
    m.IS_REALLY_LATE: ("share",),
}
TREND: Aggregations = {m.DELAY: ("slope",), m.REAL_DELAY: ("slope",), m.LEFT: ("slope",)}

RECIPE: Recipe = {
    filters.ALL: {
        m.STATEMENTS: ("count",),
        m.MONTH: ("min", "max"),
        m.LATE_MONTH: ("max",),
        m.DELAY: ("max", "mean", "sum", "std"),
        m.REAL_DELAY: ("max", "mean", "sum", "std"),
        m.TOLERATED: ("max", "sum"),
        m.TERM: ("mean", "max", "min"),
        m.LEFT: ("mean", "max"),
        m.IS_LATE: ("share", "sum"),
        m.IS_REALLY_LATE: ("share", "sum"),
        m.IS_RUNNING: ("share",),
    },
    filters.M6: combine(WINDOW, TREND),
    filters.M12: combine(WINDOW, TREND),
    filters.M24: WINDOW,
    filters.M60: combine(WINDOW, TREND),
    filters.LATEST: {
        m.STATEMENTS: ("count",),
        m.REPAID: ("mean",),
        m.LEFT: ("sum",),
        m.SHORTENED: ("max", "mean", "min"),
        m.SHORTENED_SHARE: ("mean", "max"),
        m.IS_COMPLETED: ("share",),
        m.IS_IRREGULAR: ("share", "sum"),
    },
    filters.RUNNING: {
        m.STATEMENTS: ("count",),
        m.LEFT: ("sum", "max"),
        m.REPAID: ("mean", "min"),
        m.DELAY: ("max",),
    },
    filters.LAST_LOAN: {
        m.DELAY: ("mean", "max", "std"),
        m.REAL_DELAY: ("max",),
        m.REPAID: ("max",),
        m.IS_LATE: ("share", "sum"),
    },
    filters.LAST3_LOANS: {m.IS_LATE: ("share",), m.DELAY: ("mean",)},
}
COMPARED: tuple[tuple[Measure, Aggregation], ...] = (
    (m.IS_LATE, "share"),
    (m.IS_REALLY_LATE, "share"),
    (m.DELAY, "mean"),
    (m.REAL_DELAY, "mean"),
    (m.STATEMENTS, "count"),
)
COMPARISONS = tuple(
    window_ratio(measure, aggregation, short, long, table="pos_cash_balance", prefix="POS")
    for short, long in ((filters.M6, filters.M24), (filters.M12, filters.M60))
    for measure, aggregation in COMPARED
)
DIRECTIONS = dict.fromkeys((m.DELAY, m.REAL_DELAY, m.IS_LATE, m.IS_REALLY_LATE), directions.LATENESS)
AGGREGATES = (
    *features(RECIPE, table="pos_cash_balance", prefix="POS", directions=DIRECTIONS),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(pos_cash_balance: Table) -> Table:
    """Compute one row per client from the table `pos_cash_balance` (months before the application)."""
    return add_comparisons(aggregate(statements(pos_cash_balance), RECIPE, prefix="POS"), COMPARISONS)
