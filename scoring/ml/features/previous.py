"""A client's previous applications with us (days before the present one are negative)."""

from collections.abc import Mapping

from ibis.expr.types import Table

from scoring.ml.features import previous_flags as is_
from scoring.ml.features import previous_quantities as q
from scoring.ml.features import previous_scopes as of
from scoring.ml.features.aggregation import aggregate
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.previous_rows import applications
from scoring.ml.features.quantities import Quantity
from scoring.ml.features.recipes import Recipe, features
from scoring.ml.tables.schema import Text

Aggregates = Mapping[Quantity, tuple[str, ...]]

KIND: Aggregates = {
    q.COUNT: ("count",),
    q.DECISION: ("max",),
    q.CREDIT: ("sum", "mean"),
    q.ANNUITY: ("max", "mean"),
    q.RATE: ("mean", "max", "min"),
    q.ASKED_TO_GRANTED: ("mean", "max"),
    q.PLANNED_END: ("max", "mean"),
    q.TERM: ("mean",),
    is_.IS_REFUSED: ("share",),
}
WINDOW: Aggregates = {
    q.COUNT: ("count",),
    q.CREDIT: ("sum",),
    q.ANNUITY: ("max", "mean"),
    q.RATE: ("mean", "max"),
    q.ASKED_TO_GRANTED: ("mean", "max"),
    q.PLANNED_END: ("max", "mean"),
    is_.IS_REFUSED: ("share", "sum"),
    is_.IS_CASH: ("share",),
}
SEQUENCE: Aggregates = {
    q.DECISION: ("mean",),
    q.TERM: ("mean",),
    q.RATE: ("mean",),
    q.CREDIT_TO_GOODS: ("mean",),
    q.ASKED_TO_GRANTED: ("mean",),
    is_.IS_APPROVED: ("share",),
    is_.IS_REFUSED: ("share",),
    is_.IS_CASH: ("share",),
}
FIRST: Aggregates = {
    q.CREDIT: ("mean",),
    q.TERM: ("mean",),
    q.RATE: ("mean",),
    is_.IS_REFUSED: ("share",),
    is_.IS_CASH: ("share",),
}
ONE_BEFORE: Aggregates = {
    q.CREDIT: ("value",),
    q.RATE: ("value",),
    is_.IS_APPROVED: ("value",),
    is_.IS_REFUSED: ("value",),
}
RECIPE: Recipe = {
    of.ALL: {
        q.COUNT: ("count",),
        q.DECISION: ("max", "min", "mean", "std"),
        q.GAP: ("mean", "max", "min"),
        q.HOUR: ("mean",),
        q.ASKED: ("mean", "min", "max"),
        q.CREDIT: ("sum", "max", "mean"),
        q.ANNUITY: ("max", "mean"),
        q.GOODS: ("mean",),
        q.DOWN: ("max", "mean"),
        q.DOWN_RATE: ("max", "mean", "min"),
        q.ASKED_TO_GRANTED: ("max", "mean", "min", "std"),
        q.ASKED_LESS_GRANTED: ("max", "mean"),
        q.CREDIT_TO_GOODS: ("max", "mean"),
        q.TERM: ("mean", "max", "sum"),
        q.INTEREST: ("mean",),
        q.RATE: ("max", "mean", "min"),
        q.SIMPLE_RATE: ("max", "mean", "min"),
        q.YIELD: ("mean",),
        q.TERMINATION: ("max",),
        is_.IS_APPROVED: ("share",),
        is_.IS_REFUSED: ("share", "sum"),
        is_.IS_CANCELLED: ("share",),
        is_.IS_UNUSED: ("share",),
        is_.IS_CASH: ("share",),
        is_.IS_CONSUMER: ("share",),
        is_.IS_REVOLVING: ("share",),
        is_.IS_WALK_IN: ("share",),
        is_.IS_CROSS_SELL: ("share",),
        is_.IS_FIRST_TIME: ("share",),
        is_.IS_REPEAT: ("share",),
        is_.IS_BACK: ("share",),
        is_.IS_SHOP_CREDIT: ("share",),
        is_.IS_CARD: ("share",),
        is_.AT_BRANCH: ("share",),
        is_.AT_RETAILER: ("share",),
        is_.AT_REGIONAL: ("share",),
        is_.AT_SHOP: ("share",),
        is_.BY_CALL: ("share",),
        is_.BY_PARTNER: ("share",),
        is_.AT_LOW_RATE: ("share",),
        is_.ON_OFFER: ("share",),
        is_.AT_MIDDLE_RATE: ("share",),
        is_.AT_HIGH_RATE: ("share",),
        is_.FOR_POLICY: ("share",),
        is_.FOR_LIMIT: ("share",),
        is_.FOR_SCORE: ("share",),
        is_.WAS_LATE: ("share", "sum"),
    },
    of.APPROVED: {
        q.COUNT: ("count",),
        q.DECISION: ("max", "min", "mean"),
        q.CREDIT: ("sum", "max", "mean", "min"),
        q.ANNUITY: ("max", "mean", "min"),
        q.GOODS: ("max",),
        q.DOWN_RATE: ("mean",),
        q.CREDIT_TO_ANNUITY: ("max", "mean"),
        q.ASKED_TO_GRANTED: ("mean", "max"),
        q.TERM: ("max", "mean", "sum"),
        q.INTEREST: ("mean", "max", "min"),
        q.RATE: ("max", "mean", "min"),
        q.COST_TO_GOODS: ("mean",),
        q.FIRST_DRAWING: ("max",),
        q.FIRST_DUE: ("max", "min"),
        q.PLANNED_END: ("max", "mean", "min"),
        q.LAST_DUE: ("max", "mean"),
        q.TERMINATION: ("max",),
        q.RUN: ("mean",),
        q.EARLY_END: ("mean", "max", "min"),
        q.PAID_SHARE: ("mean",),
        is_.IS_INSURED: ("share",),
    },
    of.REFUSED: {
        q.DECISION: ("max", "mean"),
        q.ASKED: ("max", "mean"),
        q.ANNUITY: ("max", "mean"),
        q.ASKED_TO_GRANTED: ("mean", "max", "min"),
        q.TERM: ("mean",),
        q.RATE: ("mean",),
        is_.IS_CASH: ("share",),
        is_.IS_CONSUMER: ("share",),
        is_.IS_REVOLVING: ("share",),
        is_.FOR_POLICY: ("share",),
        is_.FOR_LIMIT: ("share",),
        is_.FOR_SCO: ("share",),
        is_.FOR_SCOFR: ("share",),
        is_.FOR_CHECKS: ("share",),
    },
    of.RUNNING: {
        q.COUNT: ("count",),
        q.CREDIT: ("sum", "max"),
        q.ANNUITY: ("sum", "max"),
        q.REMAINING: ("sum", "max", "mean"),
        q.REPAID: ("mean", "min"),
        q.RATE: ("mean",),
        q.TERM: ("sum",),
        q.UNPAID: ("sum", "max"),
        q.DUE_WITHIN_6: ("sum",),
        q.DUE_WITHIN_12: ("sum",),
        q.PLANNED_END: ("max",),
        q.PAID_SO_FAR: ("sum",),
        q.PAID_SHARE: ("mean", "min"),
        q.CREDIT_LESS_PAID: ("sum", "max", "mean"),
        q.BEHIND: ("sum", "max", "mean"),
    },
    **{scope: {q.ANNUITY: ("sum",)} for scope in of.DUE_IN},
    of.CASH: KIND,
    of.CONSUMER: KIND,
    of.REVOLVING: {
        q.COUNT: ("count",),
        q.DECISION: ("max",),
        q.CREDIT: ("sum", "mean"),
        q.ANNUITY: ("max", "mean"),
        q.ASKED_TO_GRANTED: ("mean",),
        is_.IS_REFUSED: ("share",),
    },
    of.M3: {q.COUNT: ("count",), is_.IS_REFUSED: ("sum",)},
    of.M6: WINDOW,
    of.M12: WINDOW,
    of.M24: WINDOW,
    of.M36: WINDOW,
    of.LAST: {
        **dict.fromkeys(q.CATEGORIES, ("value",)),
        q.CREDIT: ("value",),
        q.ANNUITY: ("value",),
        q.ASKED_TO_GRANTED: ("value",),
        q.CREDIT_TO_GOODS: ("value",),
        q.DOWN_RATE: ("value",),
        q.TERM: ("value",),
        q.RATE: ("value",),
        q.PLANNED_END: ("value",),
        q.HOUR: ("value",),
        q.GAP: ("value",),
        is_.IS_APPROVED: ("value",),
        is_.IS_REFUSED: ("value",),
    },
    of.SECOND: ONE_BEFORE,
    of.LAST3: SEQUENCE,
    of.LAST5: SEQUENCE,
    of.LAST10: {
        q.TERM: ("mean",),
        q.RATE: ("mean",),
        is_.IS_APPROVED: ("share",),
        is_.IS_REFUSED: ("share",),
    },
    of.FIRST2: FIRST,
    of.FIRST4: FIRST,
    of.LATE: {q.DECISION: ("max", "mean"), q.PLANNED_END: ("max", "mean"), q.CREDIT: ("sum",)},
}
COMPARISONS = (
    Comparison(
        Feature(
            "PREV_RUNNING_REMAINING_TO_CREDIT",
            q.APPLICATIONS,
            Unit.PERCENT,
            Text(
                "amount left to pay over credit granted on previous loans still running",
                "montant restant à payer rapporté au crédit accordé sur les crédits précédents en cours",
            ),
            "previous_application",
        ),
        "PREV_RUNNING_REMAINING_DEBT_sum",
        "over",
        "PREV_RUNNING_AMT_CREDIT_sum",
    ),
)
AGGREGATES = (
    *features(RECIPE, table="previous_application", prefix="PREV"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(previous_application: Table, installments_payments: Table | None = None) -> Table:
    """One row per client: what was asked for before, what was decided, at what price and how it was paid."""
    rows = applications(previous_application, installments_payments)
    return compare(aggregate(rows, RECIPE, prefix="PREV"), COMPARISONS)
