"""The monthly status of loans at other lenders: per loan, then per client; and month by month."""

from ibis.expr.types import Table

from scoring.ml.features.history.bureau_balance import measures as q
from scoring.ml.features.history.bureau_balance import months as by_month
from scoring.ml.features.history.bureau_balance.rows import LOAN, calendar, loans_of
from scoring.ml.features.spec.aggregations import CLIENT, ROWS, aggregate
from scoring.ml.features.spec.comparisons import Comparison, compare
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.recipes import Kinds, Recipe, features
from scoring.ml.tables.schema import Text

BY_STATUS: Kinds = {
    q.LOANS: ("count",),
    q.MONTHS: ("mean",),
    q.LATE_SHARE: ("max", "mean"),
    q.LATE_MONTHS: ("sum",),
    q.RECENT: ("sum",),
    q.RECENT_SHARE: ("mean",),
    q.WORST: ("max", "mean"),
    q.CLASS_DECAYED: ("sum",),
}
OPENED: Kinds = {q.LATE_SHARE: ("mean",)}
RECIPE: Recipe = {
    q.ALL: {
        q.LOANS: ("count",),
        q.MONTHS: ("sum", "mean"),
        q.FIRST_MONTH: ("min", "mean"),
        q.LAST_MONTH: ("mean", "max"),
        q.LAST_LATE: ("max",),
        q.FIRST_CLOSED: ("max", "mean"),
        q.WORST: ("max", "mean"),
        q.CLASS_SUM: ("max",),
        q.CLASS_MEAN: ("mean",),
        q.CLASS_DECAYED: ("sum", "max"),
        q.LATE_SHARE: ("mean", "max"),
        q.LATE_MONTHS: ("sum", "max"),
        q.RECENT: ("sum",),
        q.RECENT_24: ("sum",),
        q.RECENT_MONTHS: ("sum",),
        q.RECENT_SHARE: ("mean", "max"),
        q.ON_TIME_SHARE: ("mean",),
        q.SHARE_1: ("mean",),
        q.SHARE_2: ("mean",),
        q.SHARE_5: ("mean",),
        q.UNKNOWN_SHARE: ("mean",),
        q.CLOSED_SHARE: ("mean",),
        q.EVER_LATE: ("share",),
        q.EVER_LATE_31: ("share",),
    },
    q.ACTIVE: BY_STATUS,
    q.CLOSED: {q.LATE_SHARE: ("max", "mean"), q.LATE_MONTHS: ("sum",), q.WORST: ("max",)},
    q.M6: OPENED,
    q.M12: OPENED,
    q.M24: OPENED,
    q.M36: OPENED,
}
COMPARISONS = tuple(
    Comparison(
        Feature(
            f"BB_{name}",
            q.LATENESS,
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
AGGREGATES = (
    *features(RECIPE, table="bureau_balance", prefix="BB"),
    *(comparison.feature for comparison in COMPARISONS),
    *by_month.AGGREGATES,
)


def history(bureau_balance: Table, bureau: Table) -> Table:
    """One row per client: how loans at other lenders were paid, month by month (months are negative).

    A month whose loan is not in `bureau` belongs to nobody that is known and is left out.
    """
    owners = bureau.select(CLIENT, LOAN, "CREDIT_ACTIVE", "DAYS_CREDIT")
    loans = aggregate(owners.inner_join(loans_of(bureau_balance), LOAN), RECIPE, prefix="BB")
    months = by_month.history(calendar(bureau_balance, owners)).drop(ROWS)
    both = compare(loans, COMPARISONS).inner_join(months, CLIENT)
    return both.drop(f"{CLIENT}_right") if f"{CLIENT}_right" in both.columns else both
