"""The monthly statements of a client's past consumer and cash loans with us."""

from ibis.expr.types import Table

from scoring.ml.features.history.pos_cash import measures as q
from scoring.ml.features.history.pos_cash.rows import statements
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import compare, fraction
from scoring.ml.features.spec.recipes import Kinds, Recipe, features, together

WINDOW: Kinds = {
    q.STATEMENTS: ("count",),
    q.DELAY: ("max", "mean", "std"),
    q.REAL_DELAY: ("max", "mean"),
    q.LEFT: ("mean",),
    q.IS_LATE: ("share",),
    q.IS_REALLY_LATE: ("share",),
}
TREND: Kinds = {q.DELAY: ("slope",), q.REAL_DELAY: ("slope",), q.LEFT: ("slope",)}

RECIPE: Recipe = {
    q.ALL: {
        q.STATEMENTS: ("count",),
        q.MONTH: ("min", "max"),
        q.LATE_MONTH: ("max",),
        q.DELAY: ("max", "mean", "sum", "std"),
        q.REAL_DELAY: ("max", "mean", "sum", "std"),
        q.TOLERATED: ("max", "sum"),
        q.TERM: ("mean", "max", "min"),
        q.LEFT: ("mean", "max"),
        q.IS_LATE: ("share", "sum"),
        q.IS_REALLY_LATE: ("share", "sum"),
        q.IS_RUNNING: ("share",),
    },
    q.M6: together(WINDOW, TREND),
    q.M12: together(WINDOW, TREND),
    q.M24: WINDOW,
    q.M60: together(WINDOW, TREND),
    q.LATEST: {
        q.STATEMENTS: ("count",),
        q.REPAID: ("mean",),
        q.LEFT: ("sum",),
        q.SHORTENED: ("max", "mean", "min"),
        q.SHORTENED_SHARE: ("mean", "max"),
        q.IS_COMPLETED: ("share",),
        q.IS_IRREGULAR: ("share", "sum"),
    },
    q.RUNNING: {
        q.STATEMENTS: ("count",),
        q.LEFT: ("sum", "max"),
        q.REPAID: ("mean", "min"),
        q.DELAY: ("max",),
    },
    q.LAST_LOAN: {
        q.DELAY: ("mean", "max", "std"),
        q.REAL_DELAY: ("max",),
        q.REPAID: ("max",),
        q.IS_LATE: ("share", "sum"),
    },
    q.LAST3_LOANS: {q.IS_LATE: ("share",), q.DELAY: ("mean",)},
}
COMPARISONS = tuple(
    fraction(quantity, kind, part, whole, table="pos_cash_balance", prefix="POS")
    for part, whole in ((q.M6, q.M24), (q.M12, q.M60))
    for quantity, kind in (
        (q.IS_LATE, "share"),
        (q.IS_REALLY_LATE, "share"),
        (q.DELAY, "mean"),
        (q.REAL_DELAY, "mean"),
        (q.STATEMENTS, "count"),
    )
)
AGGREGATES = (
    *features(RECIPE, table="pos_cash_balance", prefix="POS"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(pos_cash_balance: Table) -> Table:
    """One row per client: how past consumer and cash loans went (months before the application)."""
    return compare(aggregate(statements(pos_cash_balance), RECIPE, prefix="POS"), COMPARISONS)
