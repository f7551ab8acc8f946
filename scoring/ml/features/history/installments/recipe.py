"""How a client paid the instalments of past loans with us (days before the application are negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.installments import measures as q
from scoring.ml.features.history.installments import row_filters as of
from scoring.ml.features.history.installments.rows import instalments
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, compare, fraction
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import Flag, Measure
from scoring.ml.features.spec.recipes import Kinds, Recipe, Scope, features, together
from scoring.ml.tables.schema import Text

WINDOW: Kinds = {
    q.COUNT: ("count",),
    q.DELAY: ("mean", "max", "min"),
    q.DAYS_LATE: ("mean", "sum"),
    q.IS_LATE: ("share",),
    q.IS_LATE_7: ("share",),
    q.PAID_RATIO: ("mean", "min"),
    q.SHORTFALL: ("sum",),
    q.AMOUNT_PAID: ("sum",),
}
HEAVIEST: Kinds = {q.WEIGHTED_DELAY: ("max",)}
KIND: Kinds = {
    q.COUNT: ("count",),
    q.DELAY: ("mean", "max"),
    q.DAYS_LATE: ("mean",),
    q.IS_LATE: ("share",),
    q.PAID_RATIO: ("mean",),
    q.AMOUNT_PAID: ("sum",),
}
LATEST: Kinds = {
    q.DELAY: ("mean", "max"),
    q.IS_LATE: ("share",),
    q.PAID_RATIO: ("mean",),
}
FIRST: Kinds = {q.DELAY: ("max",), q.PAID_RATIO: ("min",)}
TREND: Kinds = {q.DELAY: ("slope",), q.PAID_RATIO: ("slope",)}

RECIPE: Recipe = {
    of.ALL: {
        q.COUNT: ("count",),
        q.PARTS: ("max",),
        q.DUE: ("min", "max"),
        q.PAYMENT: ("max",),
        q.LATE_DUE: ("max",),
        q.LATE_7_DUE: ("max",),
        q.UNDERPAID_DUE: ("max",),
        q.DELAY: ("mean", "max", "min", "std"),
        q.DAYS_LATE: ("mean", "sum", "std"),
        q.DAYS_EARLY: ("mean", "sum", "max"),
        q.WEIGHTED_DELAY: ("mean", "max", "min"),
        q.RECENT_LATENESS: ("sum",),
        q.RECENT_LEAD: ("sum",),
        q.RECENT_SHORTFALL: ("sum",),
        q.RECENT_PAID: ("sum",),
        q.RECENCY: ("sum",),
        q.IS_LATE: ("share", "sum"),
        q.IS_LATE_3: ("share",),
        q.IS_LATE_7: ("share", "sum"),
        q.IS_LATE_15: ("share",),
        q.IS_LATE_30: ("share",),
        q.IS_MOSTLY_LATE: ("share",),
        q.IS_LATE_IN_PARTS: ("share",),
        q.LATE_PART: ("mean",),
        q.IS_UNDERPAID: ("share", "sum"),
        q.IS_OVERPAID: ("share",),
        q.IS_UNPAID: ("share",),
        q.UNPAID_AMOUNT: ("sum",),
        q.IN_PARTS: ("share",),
        q.PAID_RATIO: ("mean", "std", "min"),
        q.SHORTFALL: ("max", "sum", "mean", "std"),
        q.AMOUNT_DUE: ("max", "mean", "std", "min", "sum"),
        q.AMOUNT_PAID: ("sum", "max", "mean", "min", "std"),
        q.MONTH_PAID: ("max", "mean"),
        q.INTERVAL: ("mean", "max"),
        q.NUMBER: ("max",),
        q.VERSION: ("max",),
        q.LATE_NUMBER: ("min", "mean"),
        q.LATE_7_NUMBER: ("min",),
        q.LATE_30_NUMBER: ("min",),
    },
    of.D30: WINDOW,
    of.D60: WINDOW,
    of.D90: WINDOW,
    of.D180: together(WINDOW, HEAVIEST, {q.DELAY: ("slope",)}),
    of.D365: together(WINDOW, HEAVIEST, {q.DELAY: ("slope",)}),
    of.D730: together(WINDOW, {q.DELAY: ("slope",)}),
    of.D1500: WINDOW,
    of.LAST1: {q.DELAY: ("value",), q.PAID_RATIO: ("value",)},
    of.LAST3: LATEST,
    of.LAST5: LATEST,
    of.LAST10: LATEST,
    of.LAST12: TREND,
    of.LAST24: TREND,
    of.LAST60: TREND,
    of.LAST120: TREND,
    of.FIRST1: FIRST,
    of.FIRST2: FIRST,
    of.FIRST3: FIRST,
    of.FIRST4: FIRST,
    of.CARD: {q.DELAY: ("max",), q.IS_LATE: ("share",)},
    of.CONSUMER: KIND,
    of.CASH: KIND,
    of.REVOLVING: KIND,
    of.RUNNING: {**KIND, q.SHORTFALL: ("sum", "std"), q.LATE_DUE: ("max",)},
    of.LAST_LOAN: {
        q.COUNT: ("count",),
        q.DELAY: ("mean", "max", "std", "min"),
        q.DAYS_LATE: ("sum",),
        q.IS_LATE: ("share", "sum"),
        q.IS_OVERPAID: ("share",),
        q.PAID_RATIO: ("mean", "min", "max"),
        q.SHORTFALL: ("sum", "max", "min", "std"),
    },
}


def recent_minus_usual(quantity: Measure | Flag, kind: str, scope: Scope) -> Comparison:
    """How the last instalments differ from all of them: a trend."""
    label = quantity.label(kind, scope.rows)
    return Comparison(
        Feature(
            f"INST_{scope.name}_{quantity.column}_trend",
            quantity.group,
            quantity.unit_of(kind),
            Text(
                f"{label.en}, difference from all instalments", f"{label.fr}, écart avec toutes les échéances"
            ),
            "installments_payments",
        ),
        f"INST_{scope.name}_{quantity.column}_{kind}",
        "minus",
        f"INST_{quantity.column}_{kind}",
    )


def weighed(quantity: Measure, en: str, fr: str) -> Comparison:
    """A mean in which an instalment counts e times less for each year that it lies back."""
    name = f"INST_{quantity.column}_mean_decayed"
    return Comparison(
        Feature(name, quantity.group, quantity.unit, Text(en, fr), "installments_payments"),
        f"INST_{quantity.column}_sum",
        "over",
        "INST_RECENCY_sum",
    )


SHORT_OVER_LONG = (
    (of.D30, of.D60),
    (of.D60, of.D180),
    (of.D60, of.D365),
    (of.D180, of.D1500),
    (of.D365, of.D1500),
)
COMPARISONS = (
    recent_minus_usual(q.DELAY, "mean", of.D180),
    recent_minus_usual(q.IS_LATE, "share", of.D180),
    recent_minus_usual(q.DELAY, "mean", of.D365),
    recent_minus_usual(q.IS_LATE, "share", of.D365),
    *(
        fraction(quantity, kind, part, whole, table="installments_payments", prefix="INST")
        for part, whole in SHORT_OVER_LONG
        for quantity, kind in ((q.DAYS_LATE, "mean"), (q.IS_LATE, "share"), (q.AMOUNT_PAID, "sum"))
    ),
    weighed(
        q.RECENT_LATENESS,
        "average delay of instalments, recent ones counting more",
        "retard moyen des échéances, les plus récentes comptant davantage",
    ),
    weighed(
        q.RECENT_LEAD,
        "average lead over the due date, recent instalments counting more",
        "avance moyenne sur l’échéance, les plus récentes comptant davantage",
    ),
    weighed(
        q.RECENT_SHORTFALL,
        "average shortfall of payments, recent ones counting more",
        "manque moyen à payer, les plus récents comptant davantage",
    ),
    weighed(
        q.RECENT_PAID,
        "average payment, recent ones counting more",
        "paiement moyen, les plus récents comptant davantage",
    ),
    Comparison(
        Feature(
            "INST_PAID_TO_DUE",
            q.AMOUNTS,
            Unit.PERCENT,
            Text("share paid of all that was due so far", "part payée de tout ce qui était dû à ce jour"),
            "installments_payments",
        ),
        "INST_AMT_PAYMENT_sum",
        "over",
        "INST_AMT_INSTALMENT_sum",
    ),
)
AGGREGATES = (
    *features(RECIPE, table="installments_payments", prefix="INST"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(installments_payments: Table, previous_application: Table | None = None) -> Table:
    """One row per client: how late, how fully and how lately past instalments were paid."""
    rows = instalments(installments_payments, previous_application)
    return compare(aggregate(rows, RECIPE, prefix="INST"), COMPARISONS)
