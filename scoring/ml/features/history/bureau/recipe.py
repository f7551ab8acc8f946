"""What other lenders reported of a client's loans, as of the application (days before it are negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.bureau import measures as q
from scoring.ml.features.history.bureau import row_filters as of
from scoring.ml.features.history.bureau.rows import loans_of
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, compare
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.recipes import Kinds, Recipe, Scope, features, together
from scoring.ml.tables.schema import Text

TYPE: Kinds = {
    q.LOANS: ("count",),
    q.OPENING: ("max", "mean"),
    q.CREDIT: ("mean", "max"),
    q.DEBT: ("sum",),
    q.DEBT_RATIO: ("mean",),
    q.WORST_OVERDUE: ("max",),
    q.END: ("max",),
}
COMMON: Kinds = {q.CREDIT: ("sum",), q.DEBT: ("max",), q.DEBT_RATIO: ("max",), q.WORST_OVERDUE: ("mean",)}
WINDOW: Kinds = {
    q.LOANS: ("count",),
    q.CREDIT: ("sum", "max"),
    q.DEBT: ("sum", "mean"),
    q.DEBT_RATIO: ("mean", "max"),
    q.WORST_OVERDUE: ("max", "mean"),
    q.IS_ACTIVE: ("sum",),
}

RECIPE: Recipe = {
    of.ALL: {
        q.LOANS: ("count",),
        q.TYPES: ("distinct",),
        q.OPENING: ("max", "min", "mean", "std"),
        q.END: ("max", "min", "mean"),
        q.PAID_OFF: ("max", "mean"),
        q.UPDATE: ("mean", "max"),
        q.GAP: ("max", "mean", "min", "std"),
        q.DURATION: ("mean", "max"),
        q.EARLY_END: ("mean",),
        q.CREDIT: ("sum", "max", "mean", "slope"),
        q.DEBT: ("sum", "mean", "max", "slope"),
        q.DEBT_LEFT: ("sum", "mean"),
        q.LIMIT: ("sum", "max", "mean"),
        q.DEBT_TO_LIMIT: ("mean",),
        q.DEBT_AND_LIMIT: ("mean",),
        q.ANNUITY: ("sum", "mean", "max"),
        q.CREDIT_TO_ANNUITY: ("mean",),
        q.DEBT_RATIO: ("max", "mean", "std"),
        q.OVERDUE: ("sum", "max"),
        q.OVERDUE_NOW: ("max",),
        q.DAYS_OVERDUE: ("max", "mean"),
        q.WORST_OVERDUE: ("max", "mean", "sum"),
        q.OVERDUE_RATIO: ("max", "mean"),
        q.PROLONGED: ("sum", "mean"),
        q.RECENT_CREDIT: ("sum",),
        q.RECENT_DEBT: ("sum",),
        q.RECENT_OVERDUE: ("sum",),
        q.WAS_OVERDUE: ("share",),
        q.IS_ACTIVE: ("share",),
        q.IS_CLOSED: ("share",),
        q.IS_SOLD: ("share",),
        q.ENDS_LATER: ("share",),
        q.IS_CARD: ("share",),
        q.IS_CAR: ("share",),
        q.IS_MORTGAGE: ("share",),
        q.IS_MICRO: ("share",),
        q.IS_CONSUMER: ("share",),
        q.IS_OTHER: ("share",),
    },
    of.ACTIVE: {
        q.LOANS: ("count",),
        q.OPENING: ("max", "min", "mean"),
        q.END: ("max", "min", "mean"),
        q.UPDATE: ("mean", "min"),
        q.CREDIT: ("sum", "mean", "max"),
        q.DEBT: ("sum", "mean", "max"),
        q.LIMIT: ("sum", "mean", "max"),
        q.DEBT_TO_LIMIT: ("max",),
        q.DEBT_PER_DAY: ("mean", "max"),
        q.ANNUITY: ("sum",),
        q.DEBT_RATIO: ("max", "mean", "min"),
        q.TIME_LEFT: ("mean", "max"),
        q.REMAINING: ("sum", "mean"),
        q.WORST_OVERDUE: ("max", "mean"),
        q.OVERDUE: ("max",),
        q.IS_CARD: ("share",),
    },
    of.CLOSED: {
        q.LOANS: ("count",),
        q.OPENING: ("max", "mean", "std"),
        q.PAID_OFF: ("max",),
        q.EARLY_END: ("mean", "max", "min"),
        q.ENDED_EARLY: ("share",),
        q.ENDED_LATE: ("share",),
        q.CREDIT: ("mean", "max", "sum"),
        q.DURATION: ("mean",),
        q.WORST_OVERDUE: ("max", "mean"),
    },
    of.CONSUMER: together(TYPE, COMMON),
    of.CARD: together(TYPE, COMMON, {q.LIMIT: ("sum", "max"), q.IS_ACTIVE: ("sum",)}),
    of.CAR: TYPE,
    of.MORTGAGE: TYPE,
    of.MICRO: TYPE,
    of.M6: WINDOW,
    of.M12: WINDOW,
    of.M24: WINDOW,
    of.M36: WINDOW,
    of.LAST: {
        q.TYPES: ("value",),
        q.STATUS: ("value",),
        q.CREDIT: ("value",),
        q.DEBT_RATIO: ("value",),
        q.WORST_OVERDUE: ("value",),
        q.END: ("value",),
    },
    of.LAST3: {q.CREDIT: ("mean",), q.DEBT_RATIO: ("mean", "max"), q.WORST_OVERDUE: ("max",)},
    of.FIRST: {q.CREDIT: ("value",), q.WORST_OVERDUE: ("value",)},
}


def owed(scope: Scope) -> Comparison:
    """Total debt over total credit: one number for how far the loans are paid back."""
    stem = "_".join(part for part in ("BURO", scope.name) if part)
    label = Text(
        f"total debt over total credit on {scope.rows.en}",
        f"dette totale rapportée au montant total emprunté sur {scope.rows.fr}",
    )
    return Comparison(
        Feature(f"{stem}_DEBT_TO_CREDIT", q.DEBTS, Unit.PERCENT, label, "bureau"),
        f"{stem}_AMT_CREDIT_SUM_DEBT_sum",
        "over",
        f"{stem}_AMT_CREDIT_SUM_sum",
    )


LOANS_PER_TYPE = Comparison(
    Feature(
        "BURO_LOANS_PER_TYPE",
        q.HISTORY,
        Unit.RATIO,
        Text(
            "number of loans for each type of credit at other lenders",
            "nombre de crédits par type de crédit chez d’autres prêteurs",
        ),
        "bureau",
    ),
    "BURO_LOANS_count",
    "over",
    "BURO_CREDIT_TYPE_distinct",
)
OVERDUE_TO_DEBT = Comparison(
    Feature(
        "BURO_OVERDUE_TO_DEBT",
        q.LATENESS,
        Unit.PERCENT,
        Text(
            "amount overdue today over total debt at other lenders",
            "impayés actuels rapportés à la dette totale chez d’autres prêteurs",
        ),
        "bureau",
    ),
    "BURO_AMT_CREDIT_SUM_OVERDUE_sum",
    "over",
    "BURO_AMT_CREDIT_SUM_DEBT_sum",
)
COMPARISONS = (
    *(owed(scope) for scope in (of.ALL, of.ACTIVE, of.CARD, of.CONSUMER, of.M12, of.M24)),
    LOANS_PER_TYPE,
    OVERDUE_TO_DEBT,
)
AGGREGATES = (
    *features(RECIPE, table="bureau", prefix="BURO"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(bureau: Table) -> Table:
    """One row per client: what other lenders reported (days relative to the application)."""
    return compare(aggregate(loans_of(bureau), RECIPE, prefix="BURO"), COMPARISONS)
