"""Aggregates of the loans that other lenders reported (days before the application are negative)."""

from ibis.expr.types import Table

from scoring.ml.features.history.bureau import measures as m
from scoring.ml.features.history.bureau import row_filters as filters
from scoring.ml.features.history.bureau.rows import loans_of
from scoring.ml.features.spec import directions
from scoring.ml.features.spec.aggregations import aggregate
from scoring.ml.features.spec.comparisons import Comparison, add_comparisons
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.recipes import Aggregations, Recipe, RowFilter, combine, features
from scoring.ml.tables.schema import Text

TYPE: Aggregations = {
    m.LOANS: ("count",),
    m.OPENING: ("max", "mean"),
    m.CREDIT: ("mean", "max"),
    m.DEBT: ("sum",),
    m.DEBT_RATIO: ("mean",),
    m.WORST_OVERDUE: ("max",),
    m.END: ("max",),
}
COMMON: Aggregations = {
    m.CREDIT: ("sum",),
    m.DEBT: ("max",),
    m.DEBT_RATIO: ("max",),
    m.WORST_OVERDUE: ("mean",),
}
WINDOW: Aggregations = {
    m.LOANS: ("count",),
    m.CREDIT: ("sum", "max"),
    m.DEBT: ("sum", "mean"),
    m.DEBT_RATIO: ("mean", "max"),
    m.WORST_OVERDUE: ("max", "mean"),
    m.IS_ACTIVE: ("sum",),
}

RECIPE: Recipe = {
    filters.ALL: {
        m.LOANS: ("count",),
        m.TYPES: ("distinct",),
        m.OPENING: ("max", "min", "mean", "std"),
        m.END: ("max", "min", "mean"),
        m.PAID_OFF: ("max", "mean"),
        m.UPDATE: ("mean", "max"),
        m.GAP: ("max", "mean", "min", "std"),
        m.DURATION: ("mean", "max"),
        m.EARLY_END: ("mean",),
        m.CREDIT: ("sum", "max", "mean", "slope"),
        m.DEBT: ("sum", "mean", "max", "slope"),
        m.DEBT_LEFT: ("sum", "mean"),
        m.LIMIT: ("sum", "max", "mean"),
        m.DEBT_TO_LIMIT: ("mean",),
        m.DEBT_AND_LIMIT: ("mean",),
        m.ANNUITY: ("sum", "mean", "max"),
        m.CREDIT_TO_ANNUITY: ("mean",),
        m.DEBT_RATIO: ("max", "mean", "std"),
        m.OVERDUE: ("sum", "max"),
        m.OVERDUE_NOW: ("max",),
        m.DAYS_OVERDUE: ("max", "mean"),
        m.WORST_OVERDUE: ("max", "mean", "sum"),
        m.OVERDUE_RATIO: ("max", "mean"),
        m.PROLONGED: ("sum", "mean"),
        m.RECENT_CREDIT: ("sum",),
        m.RECENT_DEBT: ("sum",),
        m.RECENT_OVERDUE: ("sum",),
        m.WAS_OVERDUE: ("share",),
        m.IS_ACTIVE: ("share",),
        m.IS_CLOSED: ("share",),
        m.IS_SOLD: ("share",),
        m.ENDS_LATER: ("share",),
        m.IS_CARD: ("share",),
        m.IS_CAR: ("share",),
        m.IS_MORTGAGE: ("share",),
        m.IS_MICRO: ("share",),
        m.IS_CONSUMER: ("share",),
        m.IS_OTHER: ("share",),
    },
    filters.ACTIVE: {
        m.LOANS: ("count",),
        m.OPENING: ("max", "min", "mean"),
        m.END: ("max", "min", "mean"),
        m.UPDATE: ("mean", "min"),
        m.CREDIT: ("sum", "mean", "max"),
        m.DEBT: ("sum", "mean", "max"),
        m.LIMIT: ("sum", "mean", "max"),
        m.DEBT_TO_LIMIT: ("max",),
        m.DEBT_PER_DAY: ("mean", "max"),
        m.ANNUITY: ("sum",),
        m.DEBT_RATIO: ("max", "mean", "min"),
        m.TIME_LEFT: ("mean", "max"),
        m.REMAINING: ("sum", "mean"),
        m.WORST_OVERDUE: ("max", "mean"),
        m.OVERDUE: ("max",),
        m.IS_CARD: ("share",),
    },
    filters.CLOSED: {
        m.LOANS: ("count",),
        m.OPENING: ("max", "mean", "std"),
        m.PAID_OFF: ("max",),
        m.EARLY_END: ("mean", "max", "min"),
        m.ENDED_EARLY: ("share",),
        m.ENDED_LATE: ("share",),
        m.CREDIT: ("mean", "max", "sum"),
        m.DURATION: ("mean",),
        m.WORST_OVERDUE: ("max", "mean"),
    },
    filters.CONSUMER: combine(TYPE, COMMON),
    filters.CARD: combine(TYPE, COMMON, {m.LIMIT: ("sum", "max"), m.IS_ACTIVE: ("sum",)}),
    filters.CAR: TYPE,
    filters.MORTGAGE: TYPE,
    filters.MICRO: TYPE,
    filters.M6: WINDOW,
    filters.M12: WINDOW,
    filters.M24: WINDOW,
    filters.M36: WINDOW,
    filters.LAST: {
        m.TYPES: ("value",),
        m.STATUS: ("value",),
        m.CREDIT: ("value",),
        m.DEBT_RATIO: ("value",),
        m.WORST_OVERDUE: ("value",),
        m.END: ("value",),
    },
    filters.LAST3: {m.CREDIT: ("mean",), m.DEBT_RATIO: ("mean", "max"), m.WORST_OVERDUE: ("max",)},
    filters.FIRST: {m.CREDIT: ("value",), m.WORST_OVERDUE: ("value",)},
}


def debt_to_credit(row_filter: RowFilter) -> Comparison:
    """Compare total debt with total credit: one number for how far the loans are paid back."""
    stem = "_".join(part for part in ("BURO", row_filter.name) if part)
    label = Text(
        f"total debt over total credit on {row_filter.rows.en}",
        f"dette totale rapportée au montant total emprunté sur {row_filter.rows.fr}",
    )
    return Comparison(
        Feature(f"{stem}_DEBT_TO_CREDIT", m.DEBTS, Unit.PERCENT, label, "bureau"),
        f"{stem}_AMT_CREDIT_SUM_DEBT_sum",
        "over",
        f"{stem}_AMT_CREDIT_SUM_sum",
    )


LOANS_PER_TYPE = Comparison(
    Feature(
        "BURO_LOANS_PER_TYPE",
        m.HISTORY,
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
        m.LATENESS,
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
    *map(
        debt_to_credit,
        (filters.ALL, filters.ACTIVE, filters.CARD, filters.CONSUMER, filters.M12, filters.M24),
    ),
    LOANS_PER_TYPE,
    OVERDUE_TO_DEBT,
)
DIRECTIONS = {
    **dict.fromkeys((m.DAYS_OVERDUE, m.OVERDUE_RATIO, m.WAS_OVERDUE), directions.LATENESS),
    m.DEBT_RATIO: directions.INDEBTEDNESS,
}
AGGREGATES = (
    *features(RECIPE, table="bureau", prefix="BURO", directions=DIRECTIONS),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(bureau: Table) -> Table:
    """Compute one row per client from the table `bureau`."""
    return add_comparisons(aggregate(loans_of(bureau), RECIPE, prefix="BURO"), COMPARISONS)
