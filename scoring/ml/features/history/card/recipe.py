"""How a client used and paid the credit cards held with us (months before the application are negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.card import measures as q
from scoring.ml.features.history.card.rows import months
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, compare
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.measures import Measure
from scoring.ml.features.spec.recipes import Kinds, Recipe, Scope, features, together
from scoring.ml.tables.schema import Text

WINDOW: Kinds = {
    q.UTILISATION: ("max", "mean", "min"),
    q.BALANCE: ("mean", "max"),
    q.CASH: ("mean", "sum"),
    q.CASH_COUNT: ("mean",),
    q.DRAWINGS: ("mean", "sum"),
    q.PAID_TO_MINIMUM: ("mean",),
    q.DELAY: ("max", "sum"),
    q.LIMIT: ("mean",),
}
NEAR: Kinds = {
    q.UTILISATION: ("max", "mean"),
    q.BALANCE: ("mean",),
    q.CASH: ("mean",),
    q.DRAWINGS: ("mean",),
    q.PAID_TO_MINIMUM: ("mean",),
    q.DELAY: ("max",),
}
TREND: Kinds = {q.BALANCE: ("slope",), q.UTILISATION: ("slope",), q.PAID: ("slope",)}

RECIPE: Recipe = {
    q.ALL: {
        q.MONTHS: ("count",),
        q.RECENCY: ("sum",),
        q.MONTH: ("max", "min"),
        q.LATE_MONTH: ("max",),
        q.REALLY_LATE_MONTH: ("max",),
        q.CARDS: ("max",),
        q.LIMIT: ("max", "mean", "min"),
        q.BALANCE: ("max", "mean", "min", "std"),
        q.CHANGE: ("max", "mean", "std"),
        q.CHANGE_RATIO: ("max", "mean"),
        q.UTILISATION: ("max", "mean", "min", "std"),
        q.DRAWINGS: ("sum", "mean", "max"),
        q.CASH: ("sum", "mean", "max"),
        q.PURCHASES: ("sum", "mean", "max"),
        q.OTHERS: ("sum",),
        q.DRAWN: ("max", "mean"),
        q.CASH_TO_LIMIT: ("max", "mean"),
        q.CASH_SHARE: ("mean",),
        q.CASH_COUNT: ("mean", "max", "sum"),
        q.PURCHASE_COUNT: ("mean",),
        q.DRAWING_COUNT: ("max", "mean", "sum"),
        q.PAID: ("mean", "max"),
        q.PAID_TO_MINIMUM: ("mean", "min"),
        q.PAID_LESS_MINIMUM: ("mean", "min"),
        q.CHARGES: ("mean", "max"),
        q.PRINCIPAL_SHARE: ("mean",),
        q.MATURE: ("max",),
        q.DELAY: ("max", "mean", "sum"),
        q.REAL_DELAY: ("max", "mean", "sum"),
        q.TOLERATED: ("max",),
        q.RECENT_BALANCE: ("sum",),
        q.RECENT_DRAWINGS: ("sum",),
        q.RECENT_CASH: ("sum",),
        q.RECENT_DELAY: ("sum",),
        q.IS_LATE: ("share", "sum"),
        q.IS_REALLY_LATE: ("share",),
        q.IS_OVER_LIMIT: ("share",),
        q.IS_USED: ("share",),
        q.IS_OPEN: ("share",),
        q.IS_BELOW_MINIMUM: ("share",),
    },
    q.M2: NEAR,
    q.M3: NEAR,
    q.M6: together(WINDOW, TREND),
    q.M12: together(WINDOW, TREND),
    q.M24: WINDOW,
    q.M48: NEAR,
    q.LAST: {
        q.BALANCE: ("value",),
        q.UTILISATION: ("value",),
        q.LIMIT: ("value",),
        q.DRAWINGS: ("value",),
        q.PAID: ("value",),
        q.DELAY: ("value",),
        q.IS_OPEN: ("value",),
    },
}


def recent_minus_earlier(quantity: Measure, recent: Scope, longer: Scope) -> Comparison:
    """How the use of the card has moved of late."""
    label = quantity.label("mean", recent.rows)
    return Comparison(
        Feature(
            f"CARD_{recent.name}_{quantity.column}_trend",
            quantity.group,
            quantity.unit,
            Text(
                f"{label.en}, difference from {longer.rows.en}",
                f"{label.fr}, écart avec {longer.rows.fr}",
            ),
            "credit_card_balance",
        ),
        f"CARD_{recent.name}_{quantity.column}_mean",
        "minus",
        "_".join(part for part in ("CARD", longer.name, quantity.column, "mean") if part),
    )


def weighed(quantity: Measure, en: str, fr: str) -> Comparison:
    """A mean in which a month counts e times less for each year that it lies back."""
    return Comparison(
        Feature(
            f"CARD_{quantity.column}_mean_decayed",
            quantity.group,
            quantity.unit,
            Text(en, fr),
            "credit_card_balance",
        ),
        f"CARD_{quantity.column}_sum",
        "over",
        "CARD_RECENCY_sum",
    )


LIMIT_KEPT = Comparison(
    Feature(
        "CARD_LAST_LIMIT_TO_LOWEST",
        q.USAGE,
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
    recent_minus_earlier(q.UTILISATION, q.M6, q.M24),
    recent_minus_earlier(q.UTILISATION, q.M3, q.M12),
    recent_minus_earlier(q.BALANCE, q.M6, q.ALL),
    recent_minus_earlier(q.CASH, q.M6, q.ALL),
    weighed(
        q.RECENT_BALANCE,
        "average balance of our credit card, recent months counting more",
        "solde moyen dû sur notre carte, les mois récents comptant davantage",
    ),
    weighed(
        q.RECENT_DRAWINGS,
        "average drawings on our credit card, recent months counting more",
        "retraits moyens sur notre carte, les mois récents comptant davantage",
    ),
    weighed(
        q.RECENT_CASH,
        "average cash withdrawals by our credit card, recent months counting more",
        "retraits d’espèces moyens par notre carte, les mois récents comptant davantage",
    ),
    weighed(
        q.RECENT_DELAY,
        "average delay on our credit card, recent months counting more",
        "retard moyen sur notre carte, les mois récents comptant davantage",
    ),
    LIMIT_KEPT,
)
AGGREGATES = (
    *features(RECIPE, table="credit_card_balance", prefix="CARD"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(credit_card_balance: Table) -> Table:
    """One row per client: how far the limit was used, in cash or purchases, and how it was paid back."""
    return compare(aggregate(months(credit_card_balance), RECIPE, prefix="CARD"), COMPARISONS)
