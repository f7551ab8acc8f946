"""The monthly status of loans at other lenders: months first put together per loan, then loans per client."""

from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import aggregate, ratio
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.quantities import OF, Flag, Measure, Moment, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.wording import Form
from scoring.ml.tables.schema import Text

LATENESS = "other_lenders_lateness"

# STATUS: 0 on time, 1 to 5 the classes of delay (1-30, 31-60, 61-90, 91-120, more or written off), C closed,
# X unknown.
DELAY_CLASSES = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "C": 0}

ALL = Scope(
    "",
    Text("loans followed monthly at other lenders", "les crédits suivis chaque mois chez d’autres prêteurs"),
)
ACTIVE = Scope(
    "ACTIVE",
    Text(
        "active loans followed monthly at other lenders",
        "les crédits actifs suivis chaque mois chez d’autres prêteurs",
    ),
    _.CREDIT_ACTIVE == "Active",
)

LOANS = Rows("LOANS", "other_lenders_history")
MONTHS = Measure(
    "MONTHS", "other_lenders_history", Unit.COUNT, "number of months", "le nombre {} de mois", joins=OF
)
FIRST_MONTH = Moment(
    "FIRST_MONTH", "other_lenders_history", Unit.MONTHS_AGO, "first report", "le premier relevé"
)
LAST_MONTH = Moment(
    "LAST_MONTH", "other_lenders_history", Unit.MONTHS_AGO, "last report", "le dernier relevé"
)
LAST_LATE = Moment("LAST_LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "month paid late", "le mois de retard")
WORST = Measure(
    "WORST_CLASS",
    LATENESS,
    Unit.NUMBER,
    "class of delay (0 to 5)",
    "la classe {} de retard (0 à 5)",
    Form.F,
)
LATE_SHARE = Measure(
    "LATE_SHARE", LATENESS, Unit.PERCENT, "share of months paid late", "la part {} de mois en retard", Form.F
)
LATE_MONTHS = Measure(
    "LATE_MONTHS", LATENESS, Unit.COUNT, "number of months paid late", "le nombre {} de mois en retard"
)
RECENT = Measure(
    "LATE_MONTHS_12M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 12 months",
    "le nombre {} de mois en retard depuis 12 mois",
)
RECENT_24 = Measure(
    "LATE_MONTHS_24M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 24 months",
    "le nombre {} de mois en retard depuis 24 mois",
)
RECENT_MONTHS = Measure(
    "MONTHS_12M",
    "other_lenders_history",
    Unit.COUNT,
    "number of months reported in the last 12 months",
    "le nombre {} de mois relevés depuis 12 mois",
)
UNKNOWN_SHARE = Measure(
    "UNKNOWN_SHARE",
    "other_lenders_history",
    Unit.PERCENT,
    "share of months of unknown status",
    "la part {} de mois au statut inconnu",
    Form.F,
)
CLOSED_SHARE = Measure(
    "CLOSED_SHARE",
    "other_lenders_history",
    Unit.PERCENT,
    "share of months after closing",
    "la part {} de mois après clôture",
    Form.F,
)
EVER_LATE = Flag("EVER_LATE", LATENESS, "ever paid late", "payés un jour en retard")
EVER_LATE_31 = Flag(
    "EVER_LATE_31", LATENESS, "ever paid more than 30 days late", "payés un jour plus de 30 jours en retard"
)

RECIPE: Recipe = {
    ALL: {
        LOANS: ("count",),
        MONTHS: ("sum", "mean"),
        FIRST_MONTH: ("min",),
        LAST_MONTH: ("mean",),
        LAST_LATE: ("max",),
        WORST: ("max",),
        LATE_SHARE: ("mean",),
        LATE_MONTHS: ("sum",),
        RECENT: ("sum",),
        RECENT_24: ("sum",),
        RECENT_MONTHS: ("sum",),
        UNKNOWN_SHARE: ("mean",),
        CLOSED_SHARE: ("mean",),
        EVER_LATE: ("share",),
        EVER_LATE_31: ("share",),
    },
    ACTIVE: {MONTHS: ("mean",), LATE_SHARE: ("max",), RECENT: ("sum",)},
}
COMPARISONS = tuple(
    Comparison(
        Feature(
            f"BB_{name}",
            LATENESS,
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
)


def history(bureau_balance: Table, bureau: Table) -> Table:
    """One row per client: how loans at other lenders were paid, month by month (months are negative).

    A month whose loan is not in `bureau` belongs to nobody that is known and is left out.
    """
    owners = bureau.select("SK_ID_CURR", "SK_ID_BUREAU", "CREDIT_ACTIVE")
    loans = owners.inner_join(loans_of(bureau_balance), "SK_ID_BUREAU")
    return compare(aggregate(loans, RECIPE, prefix="BB"), COMPARISONS)


def loans_of(bureau_balance: Table) -> Table:
    """One row per loan: how many months, how many of them late, how badly and when last."""
    months = bureau_balance.mutate(CLASS=_.STATUS.cases(*DELAY_CLASSES.items(), else_=None))
    late = months.CLASS > 0
    recent, recent_24 = months.MONTHS_BALANCE >= -12, months.MONTHS_BALANCE >= -24
    counted = months.group_by("SK_ID_BUREAU").aggregate(
        ROWS=months.count(),
        MONTHS=months.count(),
        MONTHS_12M=months.count(where=recent),
        KNOWN_MONTHS=months.CLASS.count(),
        CLOSED_MONTHS=months.count(where=months.STATUS == "C"),
        LATE_MONTHS=months.count(where=late),
        LATE_MONTHS_12M=months.count(where=late & recent),
        LATE_MONTHS_24M=months.count(where=late & recent_24),
        FIRST_MONTH=months.MONTHS_BALANCE.min(),
        LAST_MONTH=months.MONTHS_BALANCE.max(),
        LAST_LATE_MONTH=months.MONTHS_BALANCE.max(where=late),
        WORST_CLASS=months.CLASS.max(),
    )
    return counted.mutate(
        LATE_SHARE=ratio(_.LATE_MONTHS, _.KNOWN_MONTHS),
        UNKNOWN_SHARE=1 - ratio(_.KNOWN_MONTHS, _.MONTHS),
        CLOSED_SHARE=ratio(_.CLOSED_MONTHS, _.MONTHS),
        EVER_LATE=_.WORST_CLASS > 0,
        EVER_LATE_31=_.WORST_CLASS > 1,
    )
