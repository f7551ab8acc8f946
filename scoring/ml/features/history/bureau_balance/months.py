"""A client's months at other lenders, all loans taken together: delays of late against longer ago."""

from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import compare, fraction
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.measures import Flag, Measure
from scoring.ml.features.spec.recipes import Kinds, Recipe, features, together
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

HISTORY, LATENESS = "other_lenders_history", "other_lenders_lateness"


def months_of(period: Text) -> Text:
    return Text(f"{period.en} at other lenders", f"{period.fr} chez d’autres prêteurs")


M6, M12, M24, M60 = last_months("MONTHS_BALANCE", 6, 12, 24, 60, rows=months_of, days=False)

OVER = Text("over", "sur")
CLASSES = Measure(
    "CLASSES",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay (0 to 5 a loan)",
    "le cumul {} des classes de retard (0 à 5 par crédit)",
    joins=OVER,
)
FOLLOWED = Measure(
    "FOLLOWED",
    HISTORY,
    Unit.COUNT,
    "number of loans open in a month",
    "le nombre {} de crédits ouverts par mois",
    joins=OVER,
)
IS_LATE = Flag("IS_LATE", LATENESS, "with a loan paid late", "avec un crédit en retard")

WINDOW: Kinds = {CLASSES: ("mean", "max"), IS_LATE: ("share",), FOLLOWED: ("mean",)}
TREND: Kinds = {CLASSES: ("slope",)}
RECIPE: Recipe = {
    M6: together(WINDOW, TREND),
    M12: together(WINDOW, TREND),
    M24: WINDOW,
    M60: together(WINDOW, TREND),
}
COMPARISONS = tuple(
    fraction(quantity, kind, part, whole, table="bureau_balance", prefix="BB")
    for part, whole in ((M6, M24), (M12, M60))
    for quantity, kind in ((CLASSES, "mean"), (FOLLOWED, "mean"))
)
AGGREGATES = (
    *features(RECIPE, table="bureau_balance", prefix="BB"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(months: Table) -> Table:
    """One row per client: what its months at other lenders were like, given one row per month of each."""
    return compare(aggregate(months, RECIPE, prefix="BB"), COMPARISONS)
