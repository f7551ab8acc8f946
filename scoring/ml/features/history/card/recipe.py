"""Aggregates of the months of a client's credit cards with us (months before the application: negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.card import measures as m
from scoring.ml.features.history.card import row_filters as filters
from scoring.ml.features.history.card.rows import months
from scoring.ml.features.spec import directions
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, add_comparisons
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import NumericMeasure
from scoring.ml.features.spec.recipes import Aggregations, Recipe, RowFilter, combine, features
from scoring.ml.tables.schema import Text

WINDOW: Aggregations = {
    m.UTILISATION: ("max", "mean", "min"),
    m.BALANCE: ("mean", "max"),
    m.CASH: ("mean", "sum"),
    m.CASH_COUNT: ("mean",),
    m.DRAWINGS: ("mean", "sum"),
    m.PAID_TO_MINIMUM: ("mean",),
    m.DELAY: ("max", "sum"),
    m.LIMIT: ("mean",),
}
NEAR: Aggregations = {
    m.UTILISATION: ("max", "mean"),
    m.BALANCE: ("mean",),
    m.CASH: ("mean",),
    m.DRAWINGS: ("mean",),
    m.PAID_TO_MINIMUM: ("mean",),
    m.DELAY: ("max",),
}
TREND: Aggregations = {m.BALANCE: ("slope",), m.UTILISATION: ("slope",), m.PAID: ("slope",)}

RECIPE: Recipe = {
    filters.ALL: {
        m.MONTHS: ("count",),
        m.RECENCY: ("sum",),
        m.MONTH: ("max", "min"),
        m.LATE_MONTH: ("max",),
        m.REALLY_LATE_MONTH: ("max",),
        m.CARDS: ("max",),
        m.LIMIT: ("max", "mean", "min"),
        m.BALANCE: ("max", "mean", "min", "std"),
        m.CHANGE: ("max", "mean", "std"),
        m.CHANGE_RATIO: ("max", "mean"),
        m.UTILISATION: ("max", "mean", "min", "std"),
        m.DRAWINGS: ("sum", "mean", "max"),
        m.CASH: ("sum", "mean", "max"),
        m.PURCHASES: ("sum", "mean", "max"),
        m.OTHER_DRAWINGS: ("sum",),
        m.DRAWN: ("max", "mean"),
        m.CASH_TO_LIMIT: ("max", "mean"),
        m.CASH_SHARE: ("mean",),
        m.CASH_COUNT: ("mean", "max", "sum"),
        m.PURCHASE_COUNT: ("mean",),
        m.DRAWING_COUNT: ("max", "mean", "sum"),
        m.PAID: ("mean", "max"),
        m.PAID_TO_MINIMUM: ("mean", "min"),
        m.PAID_LESS_MINIMUM: ("mean", "min"),
        m.CHARGES: ("mean", "max"),
        m.PRINCIPAL_SHARE: ("mean",),
        m.MATURE: ("max",),
        m.DELAY: ("max", "mean", "sum"),
        m.REAL_DELAY: ("max", "mean", "sum"),
        m.TOLERATED: ("max",),
        m.RECENT_BALANCE: ("sum",),
        m.RECENT_DRAWINGS: ("sum",),
        m.RECENT_CASH: ("sum",),
        m.RECENT_DELAY: ("sum",),
        m.IS_LATE: ("share", "sum"),
        m.IS_REALLY_LATE: ("share",),
        m.IS_OVER_LIMIT: ("share",),
        m.IS_USED: ("share",),
        m.IS_OPEN: ("share",),
        m.IS_BELOW_MINIMUM: ("share",),
    },
    filters.M2: NEAR,
    filters.M3: NEAR,
    filters.M6: combine(WINDOW, TREND),
    filters.M12: combine(WINDOW, TREND),
    filters.M24: WINDOW,
    filters.M48: NEAR,
    filters.LAST: {
        m.BALANCE: ("value",),
        m.UTILISATION: ("value",),
        m.LIMIT: ("value",),
        m.DRAWINGS: ("value",),
        m.PAID: ("value",),
        m.DELAY: ("value",),
        m.IS_OPEN: ("value",),
    },
}


def trend(measure: NumericMeasure, recent: RowFilter, longer: RowFilter) -> Comparison:
    """Compare the mean of the recent months with that of a longer time."""
    label = measure.label("mean", recent.rows)
    return Comparison(
        Feature(
            f"CARD_{recent.name}_{measure.column}_trend",
            measure.group,
            measure.unit,
            Text(
                f"{label.en}, difference from {longer.rows.en}",
                f"{label.fr}, écart avec {longer.rows.fr}",
            ),
            "credit_card_balance",
        ),
        f"CARD_{recent.name}_{measure.column}_mean",
        "minus",
        "_".join(part for part in ("CARD", longer.name, measure.column, "mean") if part),
    )


def decayed_mean(measure: NumericMeasure, en: str, fr: str) -> Comparison:
    """Compare a decayed sum with the sum of its weights: a month counts e times less for each year back."""
    return Comparison(
        Feature(
            f"CARD_{measure.column}_mean_decayed",
            measure.group,
            measure.unit,
            Text(en, fr),
            "credit_card_balance",
        ),
        f"CARD_{measure.column}_sum",
        "over",
        "CARD_RECENCY_sum",
    )


LAST_LIMIT_TO_LOWEST = Comparison(
    Feature(
        "CARD_LAST_LIMIT_TO_LOWEST",
        m.USAGE,
        Unit.RATIO,
        Text(
            "latest limit of our credit card over the lowest",
            "dernier plafond de notre carte rapporté au plus bas",
        ),
        "credit_card_balance",
    ),
    "CARD_LAST_AMT_CREDIT_LIMIT_ACTUAL_value",
    "over",
    "CARD_AMT_CREDIT_LIMIT_ACTUAL_min",
)
COMPARISONS = (
    trend(m.UTILISATION, filters.M6, filters.M24),
    trend(m.UTILISATION, filters.M3, filters.M12),
    trend(m.BALANCE, filters.M6, filters.ALL),
    trend(m.CASH, filters.M6, filters.ALL),
    decayed_mean(
        m.RECENT_BALANCE,
        "average balance of our credit card, recent months counting more",
        "solde moyen dû sur notre carte, les mois récents comptant davantage",
    ),
    decayed_mean(
        m.RECENT_DRAWINGS,
        "average drawings on our credit card, recent months counting more",
        "retraits moyens sur notre carte, les mois récents comptant davantage",
    ),
    decayed_mean(
        m.RECENT_CASH,
        "average cash withdrawals by our credit card, recent months counting more",
        "retraits d’espèces moyens par notre carte, les mois récents comptant davantage",
    ),
    decayed_mean(
        m.RECENT_DELAY,
        "average delay on our credit card, recent months counting more",
        "retard moyen sur notre carte, les mois récents comptant davantage",
    ),
    LAST_LIMIT_TO_LOWEST,
)
DIRECTIONS = dict.fromkeys((m.DELAY, m.REAL_DELAY, m.IS_LATE, m.IS_REALLY_LATE), directions.LATENESS)
AGGREGATES = (
    *features(RECIPE, table="credit_card_balance", prefix="CARD", directions=DIRECTIONS),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(credit_card_balance: Table) -> Table:
    """Compute one row per client from the table `credit_card_balance`."""
    return add_comparisons(aggregate(months(credit_card_balance), RECIPE, prefix="CARD"), COMPARISONS)
