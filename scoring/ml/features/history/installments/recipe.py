"""Aggregates of the instalments of past loans with us (days before the application are negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.installments import measures as m
from scoring.ml.features.history.installments import row_filters as filters
from scoring.ml.features.history.installments.rows import instalments
from scoring.ml.features.spec import directions
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, add_comparisons, window_ratio
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import Aggregation, Flag, Measure, NumericMeasure
from scoring.ml.features.spec.recipes import Aggregations, Recipe, RowFilter, combine, features
from scoring.ml.tables.schema import Text

WINDOW: Aggregations = {
    m.COUNT: ("count",),
    m.DELAY: ("mean", "max", "min"),
    m.DAYS_LATE: ("mean", "sum"),
    m.IS_LATE: ("share",),
    m.IS_LATE_7: ("share",),
    m.PAID_RATIO: ("mean", "min"),
    m.SHORTFALL: ("sum",),
    m.AMOUNT_PAID: ("sum",),
}
WEIGHTED: Aggregations = {m.WEIGHTED_DELAY: ("max",)}
CONTRACT_TYPE: Aggregations = {
    m.COUNT: ("count",),
    m.DELAY: ("mean", "max"),
    m.DAYS_LATE: ("mean",),
    m.IS_LATE: ("share",),
    m.PAID_RATIO: ("mean",),
    m.AMOUNT_PAID: ("sum",),
}
LATEST: Aggregations = {
    m.DELAY: ("mean", "max"),
    m.IS_LATE: ("share",),
    m.PAID_RATIO: ("mean",),
}
FIRST: Aggregations = {m.DELAY: ("max",), m.PAID_RATIO: ("min",)}
TREND: Aggregations = {m.DELAY: ("slope",), m.PAID_RATIO: ("slope",)}

RECIPE: Recipe = {
    filters.ALL: {
        m.COUNT: ("count",),
        m.PARTS: ("max",),
        m.DUE: ("min", "max"),
        m.PAYMENT: ("max",),
        m.LATE_DUE: ("max",),
        m.LATE_7_DUE: ("max",),
        m.UNDERPAID_DUE: ("max",),
        m.DELAY: ("mean", "max", "min", "std"),
        m.DAYS_LATE: ("mean", "sum", "std"),
        m.DAYS_EARLY: ("mean", "sum", "max"),
        m.WEIGHTED_DELAY: ("mean", "max", "min"),
        m.RECENT_LATENESS: ("sum",),
        m.RECENT_LEAD: ("sum",),
        m.RECENT_SHORTFALL: ("sum",),
        m.RECENT_PAID: ("sum",),
        m.RECENCY: ("sum",),
        m.IS_LATE: ("share", "sum"),
        m.IS_LATE_3: ("share",),
        m.IS_LATE_7: ("share", "sum"),
        m.IS_LATE_15: ("share",),
        m.IS_LATE_30: ("share",),
        m.IS_MOSTLY_LATE: ("share",),
        m.IS_LATE_IN_PARTS: ("share",),
        m.LATE_PART: ("mean",),
        m.IS_UNDERPAID: ("share", "sum"),
        m.IS_OVERPAID: ("share",),
        m.IS_UNPAID: ("share",),
        m.UNPAID_AMOUNT: ("sum",),
        m.IN_PARTS: ("share",),
        m.PAID_RATIO: ("mean", "std", "min"),
        m.SHORTFALL: ("max", "sum", "mean", "std"),
        m.AMOUNT_DUE: ("max", "mean", "std", "min", "sum"),
        m.AMOUNT_PAID: ("sum", "max", "mean", "min", "std"),
        m.MONTH_PAID: ("max", "mean"),
        m.INTERVAL: ("mean", "max"),
        m.NUMBER: ("max",),
        m.VERSION: ("max",),
        m.LATE_NUMBER: ("min", "mean"),
        m.LATE_7_NUMBER: ("min",),
        m.LATE_30_NUMBER: ("min",),
    },
    filters.D30: WINDOW,
    filters.D60: WINDOW,
    filters.D90: WINDOW,
    filters.D180: combine(WINDOW, WEIGHTED, {m.DELAY: ("slope",)}),
    filters.D365: combine(WINDOW, WEIGHTED, {m.DELAY: ("slope",)}),
    filters.D730: combine(WINDOW, {m.DELAY: ("slope",)}),
    filters.D1500: WINDOW,
    filters.LAST1: {m.DELAY: ("value",), m.PAID_RATIO: ("value",)},
    filters.LAST3: LATEST,
    filters.LAST5: LATEST,
    filters.LAST10: LATEST,
    filters.LAST12: TREND,
    filters.LAST24: TREND,
    filters.LAST60: TREND,
    filters.LAST120: TREND,
    filters.FIRST1: FIRST,
    filters.FIRST2: FIRST,
    filters.FIRST3: FIRST,
    filters.FIRST4: FIRST,
    filters.CARD: {m.DELAY: ("max",), m.IS_LATE: ("share",)},
    filters.CONSUMER: CONTRACT_TYPE,
    filters.CASH: CONTRACT_TYPE,
    filters.REVOLVING: CONTRACT_TYPE,
    filters.RUNNING: {**CONTRACT_TYPE, m.SHORTFALL: ("sum", "std"), m.LATE_DUE: ("max",)},
    filters.LAST_LOAN: {
        m.COUNT: ("count",),
        m.DELAY: ("mean", "max", "std", "min"),
        m.DAYS_LATE: ("sum",),
        m.IS_LATE: ("share", "sum"),
        m.IS_OVERPAID: ("share",),
        m.PAID_RATIO: ("mean", "min", "max"),
        m.SHORTFALL: ("sum", "max", "min", "std"),
    },
}


def trend(measure: NumericMeasure | Flag, aggregation: Aggregation, row_filter: RowFilter) -> Comparison:
    """Compare the recent instalments with all of them."""
    label = measure.label(aggregation, row_filter.rows)
    return Comparison(
        Feature(
            f"INST_{row_filter.name}_{measure.column}_trend",
            measure.group,
            measure.unit_of(aggregation),
            Text(
                f"{label.en}, difference from all instalments", f"{label.fr}, écart avec toutes les échéances"
            ),
            "installments_payments",
        ),
        f"INST_{row_filter.name}_{measure.column}_{aggregation}",
        "minus",
        f"INST_{measure.column}_{aggregation}",
    )


def decayed_mean(measure: NumericMeasure, en: str, fr: str) -> Comparison:
    """Compare a decayed sum with the sum of its weights: a row counts e times less for each year back."""
    name = f"INST_{measure.column}_mean_decayed"
    return Comparison(
        Feature(name, measure.group, measure.unit, Text(en, fr), "installments_payments"),
        f"INST_{measure.column}_sum",
        "over",
        "INST_RECENCY_sum",
    )


WINDOW_PAIRS = (
    (filters.D30, filters.D60),
    (filters.D60, filters.D180),
    (filters.D60, filters.D365),
    (filters.D180, filters.D1500),
    (filters.D365, filters.D1500),
)
COMPARED: tuple[tuple[Measure, Aggregation], ...] = (
    (m.DAYS_LATE, "mean"),
    (m.IS_LATE, "share"),
    (m.AMOUNT_PAID, "sum"),
)
COMPARISONS = (
    trend(m.DELAY, "mean", filters.D180),
    trend(m.IS_LATE, "share", filters.D180),
    trend(m.DELAY, "mean", filters.D365),
    trend(m.IS_LATE, "share", filters.D365),
    *(
        window_ratio(measure, aggregation, short, long, table="installments_payments", prefix="INST")
        for short, long in WINDOW_PAIRS
        for measure, aggregation in COMPARED
    ),
    decayed_mean(
        m.RECENT_LATENESS,
        "average delay of instalments, recent ones counting more",
        "retard moyen des échéances, les plus récentes comptant davantage",
    ),
    decayed_mean(
        m.RECENT_LEAD,
        "average lead over the due date, recent instalments counting more",
        "avance moyenne sur l’échéance, les plus récentes comptant davantage",
    ),
    decayed_mean(
        m.RECENT_SHORTFALL,
        "average shortfall of payments, recent ones counting more",
        "manque moyen à payer, les plus récents comptant davantage",
    ),
    decayed_mean(
        m.RECENT_PAID,
        "average payment, recent ones counting more",
        "paiement moyen, les plus récents comptant davantage",
    ),
    Comparison(
        Feature(
            "INST_PAID_TO_DUE",
            m.AMOUNTS,
            Unit.PERCENT,
            Text("share paid of all that was due so far", "part payée de tout ce qui était dû à ce jour"),
            "installments_payments",
        ),
        "INST_AMT_PAYMENT_sum",
        "over",
        "INST_AMT_INSTALMENT_sum",
    ),
)
DIRECTIONS = dict.fromkeys(
    (m.DELAY, m.DAYS_LATE, m.IS_LATE, m.IS_LATE_3, m.IS_LATE_7, m.IS_LATE_15, m.IS_LATE_30),
    directions.LATENESS,
)
AGGREGATES = (
    *features(RECIPE, table="installments_payments", prefix="INST", directions=DIRECTIONS),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(installments_payments: Table, previous_application: Table | None = None) -> Table:
    """Compute one row per client from `installments_payments`, with its loans' contracts if provided."""
    rows = instalments(installments_payments, previous_application)
    return add_comparisons(aggregate(rows, RECIPE, prefix="INST"), COMPARISONS)
