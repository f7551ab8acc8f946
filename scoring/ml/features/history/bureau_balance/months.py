"""Aggregates of a client's months at other lenders over all loans: recent delays against earlier ones."""

from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import add_comparisons, window_ratio
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.measures import Flag, NumericMeasure
from scoring.ml.features.spec.recipes import Aggregations, Recipe, combine, features
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

HISTORY, LATENESS = "other_lenders_history", "other_lenders_lateness"


def months_of(period: Text) -> Text:
    return Text(f"{period.en} at other lenders", f"{period.fr} chez d’autres prêteurs")


M6, M12, M24, M60 = last_months("MONTHS_BALANCE", 6, 12, 24, 60, rows=months_of, days=False)

OVER = Text("over", "sur")
CLASSES = NumericMeasure(
    "CLASSES",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay (0 to 5 a loan)",
    "le cumul {} des classes de retard (0 à 5 par crédit)",
    preposition=OVER,
)
FOLLOWED = NumericMeasure(
    "FOLLOWED",
    HISTORY,
    Unit.COUNT,
    "number of loans open in a month",
    "le nombre {} de crédits ouverts par mois",
    preposition=OVER,
)
IS_LATE = Flag("IS_LATE", LATENESS, "with a loan paid late", "avec un crédit en retard")

WINDOW: Aggregations = {CLASSES: ("mean", "max"), IS_LATE: ("share",), FOLLOWED: ("mean",)}
TREND: Aggregations = {CLASSES: ("slope",)}
RECIPE: Recipe = {
    M6: combine(WINDOW, TREND),
    M12: combine(WINDOW, TREND),
    M24: WINDOW,
    M60: combine(WINDOW, TREND),
}
COMPARED: tuple[NumericMeasure, ...] = (CLASSES, FOLLOWED)
COMPARISONS = tuple(
    window_ratio(measure, "mean", short, long, table="bureau_balance", prefix="BB")
    for short, long in ((M6, M24), (M12, M60))
    for measure in COMPARED
)
AGGREGATES = (
    *features(RECIPE, table="bureau_balance", prefix="BB"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(months: Table) -> Table:
    """Compute one row per client from one row per client and month."""
    return add_comparisons(aggregate(months, RECIPE, prefix="BB"), COMPARISONS)
