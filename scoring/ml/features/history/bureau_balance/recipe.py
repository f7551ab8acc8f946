"""Aggregates of the monthly statuses of loans at other lenders: by loan, then by client; and by month."""

from ibis.expr.types import Table

from scoring.ml.features.history.bureau_balance import measures as m
from scoring.ml.features.history.bureau_balance import months as by_month
from scoring.ml.features.history.bureau_balance import row_filters as filters
from scoring.ml.features.history.bureau_balance.rows import LOAN, client_months, loan_summaries
from scoring.ml.features.spec import directions
from scoring.ml.features.spec.aggregations import CLIENT, ROWS, aggregate
from scoring.ml.features.spec.comparisons import Comparison, add_comparisons
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.recipes import Aggregations, Recipe, features
from scoring.ml.tables.schema import Text

BY_STATUS: Aggregations = {
    m.LOANS: ("count",),
    m.MONTHS: ("mean",),
    m.LATE_SHARE: ("max", "mean"),
    m.LATE_MONTHS: ("sum",),
    m.RECENT: ("sum",),
    m.RECENT_SHARE: ("mean",),
    m.WORST: ("max", "mean"),
    m.CLASS_DECAYED: ("sum",),
}
OPENED: Aggregations = {m.LATE_SHARE: ("mean",)}
RECIPE: Recipe = {
    filters.ALL: {
        m.LOANS: ("count",),
        m.MONTHS: ("sum", "mean"),
        m.FIRST_MONTH: ("min", "mean"),
        m.LAST_MONTH: ("mean", "max"),
        m.LAST_LATE: ("max",),
        m.FIRST_CLOSED: ("max", "mean"),
        m.WORST: ("max", "mean"),
        m.CLASS_SUM: ("max",),
        m.CLASS_MEAN: ("mean",),
        m.CLASS_DECAYED: ("sum", "max"),
        m.LATE_SHARE: ("mean", "max"),
        m.LATE_MONTHS: ("sum", "max"),
        m.RECENT: ("sum",),
        m.RECENT_24: ("sum",),
        m.RECENT_MONTHS: ("sum",),
        m.RECENT_SHARE: ("mean", "max"),
        m.ON_TIME_SHARE: ("mean",),
        m.SHARE_1: ("mean",),
        m.SHARE_2: ("mean",),
        m.SHARE_5: ("mean",),
        m.UNKNOWN_SHARE: ("mean",),
        m.CLOSED_SHARE: ("mean",),
        m.EVER_LATE: ("share",),
        m.EVER_LATE_31: ("share",),
    },
    filters.ACTIVE: BY_STATUS,
    filters.CLOSED: {m.LATE_SHARE: ("max", "mean"), m.LATE_MONTHS: ("sum",), m.WORST: ("max",)},
    filters.M6: OPENED,
    filters.M12: OPENED,
    filters.M24: OPENED,
    filters.M36: OPENED,
}
COMPARISONS = tuple(
    Comparison(
        Feature(
            f"BB_{name}",
            m.LATENESS,
            Unit.PERCENT,
            Text(f"share of months paid late {en}", f"part des mois en retard {fr} chez d’autres prêteurs"),
            "bureau_balance",
        ),
        f"BB_{late}_sum",
        "over",
        f"BB_{months}_sum",
    )
    for name, late, months, en, fr in (
        ("LATE_RATE", "LATE_MONTHS", "MONTHS", "at other lenders", "depuis toujours"),
        (
            "LATE_RATE_12M",
            "LATE_MONTHS_12M",
            "MONTHS_12M",
            "at other lenders in the last 12 months",
            "depuis 12 mois",
        ),
    )
)
DIRECTIONS = dict.fromkeys((m.LATE_SHARE, m.EVER_LATE, m.EVER_LATE_31), directions.LATENESS)
AGGREGATES = (
    *features(RECIPE, table="bureau_balance", prefix="BB", directions=DIRECTIONS),
    *(comparison.feature for comparison in COMPARISONS),
    *by_month.AGGREGATES,
)


def history(bureau_balance: Table, bureau: Table) -> Table:
    """Compute one row per client from the tables `bureau_balance` and `bureau` (months are negative).

    A month whose loan is not in `bureau` belongs to no known client and is left out.
    """
    loans = bureau.select(CLIENT, LOAN, "CREDIT_ACTIVE", "DAYS_CREDIT")
    by_loan = aggregate(loans.inner_join(loan_summaries(bureau_balance), LOAN), RECIPE, prefix="BB")
    months = by_month.history(client_months(bureau_balance, loans)).drop(ROWS)
    joined = add_comparisons(by_loan, COMPARISONS).inner_join(months, CLIENT)
    return joined.drop(f"{CLIENT}_right") if f"{CLIENT}_right" in joined.columns else joined
