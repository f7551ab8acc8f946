"""What other lenders reported of a client's loans, as of the application (days before it are negative)."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import CLIENT, aggregate, ratio
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.quantities import Flag, Measure, Moment, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.windows import last_months, ranked
from scoring.ml.features.wording import Form, de
from scoring.ml.tables.schema import Text

DEBTS, HISTORY, LATENESS = "other_lenders_debt", "other_lenders_history", "other_lenders_lateness"

# Reported dates go back eight years at most; a few are errors of a century.
EARLIEST_DAY = -40_000


def opened_in(period: Text) -> Text:
    return Text(
        f"loans of {period.en} at other lenders", f"les crédits {de(period.fr)} chez d’autres prêteurs"
    )


ALL = Scope("", Text("loans at other lenders", "les crédits chez d’autres prêteurs"))
ACTIVE = Scope(
    "ACTIVE",
    Text("active loans at other lenders", "les crédits actifs chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Active",
)
CLOSED = Scope(
    "CLOSED",
    Text("closed loans at other lenders", "les crédits soldés chez d’autres prêteurs"),
    _.CREDIT_ACTIVE == "Closed",
)
CARD = Scope(
    "CARD",
    Text("credit cards at other lenders", "les cartes de crédit chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Credit card",
)
CONSUMER = Scope(
    "CONSUMER",
    Text("consumer loans at other lenders", "les crédits à la consommation chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Consumer credit",
)
CAR = Scope(
    "CAR",
    Text("car loans at other lenders", "les crédits auto chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Car loan",
)
MORTGAGE = Scope(
    "MORTGAGE",
    Text("mortgages at other lenders", "les crédits immobiliers chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Mortgage",
)
MICRO = Scope(
    "MICRO",
    Text("microloans at other lenders", "les microcrédits chez d’autres prêteurs"),
    _.CREDIT_TYPE == "Microloan",
)
LAST = Scope(
    "LAST",
    Text("the newest loan at another lender", "le crédit le plus récent chez un autre prêteur"),
    _.RANK == 1,
)
LAST3 = Scope(
    "LAST3",
    Text(
        "the three newest loans at other lenders", "les trois crédits les plus récents chez d’autres prêteurs"
    ),
    _.RANK <= 3,
)
M6, M12, M24, M36 = last_months("DAYS_CREDIT", 6, 12, 24, 36, rows=opened_in, days=True)

LOANS = Rows("LOANS", HISTORY)
OPENING = Moment("DAYS_CREDIT", HISTORY, Unit.DAYS_AGO, "opening", "l’ouverture", Form.F)
END = Moment(
    "DAYS_CREDIT_ENDDATE", HISTORY, Unit.DAYS_AGO, "planned end", "la fin prévue", Form.F, planned=True
)
PAID_OFF = Moment("DAYS_ENDDATE_FACT", HISTORY, Unit.DAYS_AGO, "actual end", "la fin effective", Form.F)
UPDATE = Moment(
    "DAYS_CREDIT_UPDATE", HISTORY, Unit.DAYS_AGO, "latest report", "la dernière mise à jour", Form.F
)
GAP = Measure(
    "GAP",
    HISTORY,
    Unit.DURATION_DAYS,
    "time between two successive openings",
    "l’intervalle {} entre deux ouvertures",
)
DURATION = Measure("DURATION", HISTORY, Unit.DURATION_DAYS, "planned length", "la durée prévue {}", Form.F)
EARLY_END = Measure(
    "EARLY_END",
    HISTORY,
    Unit.DURATION_DAYS,
    "lead of the actual end over the planned end",
    "l’avance {} de la fin effective sur la fin prévue",
    Form.F,
)
CREDIT = Measure("AMT_CREDIT_SUM", DEBTS, Unit.MONEY, "amount borrowed", "le montant {} emprunté")
DEBT = Measure("AMT_CREDIT_SUM_DEBT", DEBTS, Unit.MONEY, "debt", "la dette {}", Form.F)
LIMIT = Measure("AMT_CREDIT_SUM_LIMIT", DEBTS, Unit.MONEY, "card limit", "le plafond {} de carte")
ANNUITY = Measure("AMT_ANNUITY", DEBTS, Unit.MONEY, "annuity", "l’annuité {}", Form.F)
DEBT_RATIO = Measure(
    "DEBT_RATIO",
    DEBTS,
    Unit.PERCENT,
    "share of the credit still owed",
    "la part {} du crédit restant due",
    Form.F,
)
REMAINING = Measure(
    "REMAINING_CREDIT",
    DEBTS,
    Unit.MONEY,
    "credit in proportion to the time left",
    "le crédit {} au prorata du temps restant",
)
OVERDUE = Measure(
    "AMT_CREDIT_SUM_OVERDUE", LATENESS, Unit.MONEY, "amount overdue today", "l’impayé {} actuel"
)
WORST_OVERDUE = Measure(
    "AMT_CREDIT_MAX_OVERDUE", LATENESS, Unit.MONEY, "amount ever overdue", "l’impayé {} constaté"
)
OVERDUE_RATIO = Measure(
    "OVERDUE_RATIO",
    LATENESS,
    Unit.PERCENT,
    "share of the credit that was ever overdue",
    "la part {} du crédit passée en impayé",
    Form.F,
)
PROLONGED = Measure(
    "CNT_CREDIT_PROLONG", LATENESS, Unit.COUNT, "number of prolongations", "le nombre {} de prolongations"
)
WAS_OVERDUE = Flag("WAS_OVERDUE", LATENESS, "that were ever overdue", "passés un jour en impayé")
IS_ACTIVE = Flag("IS_ACTIVE", HISTORY, "still active", "encore actifs")
ENDS_LATER = Flag("ENDS_LATER", HISTORY, "with a planned end still ahead", "dont la fin prévue est à venir")
IS_CARD = Flag("IS_CARD", HISTORY, "on a credit card", "sous forme de carte")
IS_CAR = Flag("IS_CAR", HISTORY, "for a car", "destinés à une voiture")
IS_MORTGAGE = Flag("IS_MORTGAGE", HISTORY, "secured by a mortgage", "garantis par une hypothèque")
IS_MICRO = Flag("IS_MICRO", HISTORY, "that are microloans", "de type microcrédit")

RECIPE: Recipe = {
    ALL: {
        LOANS: ("count",),
        OPENING: ("max", "min", "mean", "std"),
        END: ("max", "mean"),
        PAID_OFF: ("max", "mean"),
        UPDATE: ("mean",),
        GAP: ("max", "mean"),
        DURATION: ("mean",),
        CREDIT: ("sum", "max", "mean"),
        DEBT: ("sum", "mean"),
        LIMIT: ("sum",),
        ANNUITY: ("sum", "mean"),
        DEBT_RATIO: ("max", "mean", "std"),
        OVERDUE: ("sum",),
        WORST_OVERDUE: ("max",),
        OVERDUE_RATIO: ("max",),
        PROLONGED: ("sum",),
        WAS_OVERDUE: ("share",),
        IS_ACTIVE: ("share",),
        ENDS_LATER: ("share",),
        IS_CARD: ("share",),
        IS_CAR: ("share",),
        IS_MORTGAGE: ("share",),
        IS_MICRO: ("share",),
    },
    ACTIVE: {
        LOANS: ("count",),
        OPENING: ("max", "min", "mean"),
        END: ("max", "min"),
        UPDATE: ("mean",),
        CREDIT: ("sum", "mean"),
        DEBT: ("sum",),
        ANNUITY: ("sum",),
        DEBT_RATIO: ("max", "mean"),
        REMAINING: ("sum", "mean"),
        WORST_OVERDUE: ("max",),
    },
    CLOSED: {OPENING: ("max",), EARLY_END: ("mean",), CREDIT: ("mean",), WORST_OVERDUE: ("max",)},
    CARD: {LOANS: ("count",), OPENING: ("max", "mean"), DEBT: ("sum",), DEBT_RATIO: ("max", "mean")},
    CONSUMER: {
        OPENING: ("max", "mean"),
        CREDIT: ("mean",),
        DEBT: ("sum",),
        DEBT_RATIO: ("mean",),
        END: ("max",),
    },
    CAR: {DEBT: ("sum",)},
    MORTGAGE: {DEBT: ("sum",)},
    MICRO: {OPENING: ("max",)},
    M6: {LOANS: ("count",), CREDIT: ("sum",), DEBT: ("sum",)},
    M12: {
        LOANS: ("count",),
        CREDIT: ("sum",),
        DEBT: ("sum",),
        DEBT_RATIO: ("mean",),
        WORST_OVERDUE: ("max",),
    },
    M24: {LOANS: ("count",), CREDIT: ("sum",), DEBT: ("sum",), DEBT_RATIO: ("mean",)},
    M36: {LOANS: ("count",), WORST_OVERDUE: ("max",)},
    LAST: {CREDIT: ("value",), DEBT_RATIO: ("value",)},
    LAST3: {CREDIT: ("mean",), DEBT_RATIO: ("mean",)},
}


def owed(scope: Scope) -> Comparison:
    """Total debt over total credit: one number for how far the loans are paid back."""
    stem = "_".join(part for part in ("BURO", scope.name) if part)
    label = Text(
        f"total debt over total credit on {scope.rows.en}",
        f"dette totale rapportée au montant total emprunté sur {scope.rows.fr}",
    )
    return Comparison(
        Feature(f"{stem}_DEBT_TO_CREDIT", DEBTS, Unit.PERCENT, label, "bureau"),
        f"{stem}_AMT_CREDIT_SUM_DEBT_sum",
        "over",
        f"{stem}_AMT_CREDIT_SUM_sum",
    )


COMPARISONS = tuple(owed(scope) for scope in (ALL, ACTIVE, M12))
AGGREGATES = (
    *features(RECIPE, table="bureau", prefix="BURO"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(bureau: Table) -> Table:
    """One row per client: what other lenders reported (days relative to the application)."""
    return compare(aggregate(loans_of(bureau), RECIPE, prefix="BURO"), COMPARISONS)


def loans_of(bureau: Table) -> Table:
    """The reported loans, newest first by RANK, with what follows from each loan alone."""
    known = bureau.mutate(
        **{
            column: (bureau[column] > EARLIEST_DAY).ifelse(bureau[column], None)
            for column in ("DAYS_CREDIT_ENDDATE", "DAYS_ENDDATE_FACT", "DAYS_CREDIT_UPDATE")
        }
    )
    ordered = ranked(known, "DAYS_CREDIT", "SK_ID_BUREAU")
    newest_first = ibis.window(group_by=CLIENT, order_by="RANK")
    return ordered.mutate(
        GAP=_.DAYS_CREDIT - _.DAYS_CREDIT.lead().over(newest_first),
        DURATION=_.DAYS_CREDIT_ENDDATE - _.DAYS_CREDIT,
        EARLY_END=_.DAYS_CREDIT_ENDDATE - _.DAYS_ENDDATE_FACT,
        DEBT_RATIO=ratio(_.AMT_CREDIT_SUM_DEBT, _.AMT_CREDIT_SUM),
        REMAINING_CREDIT=_.AMT_CREDIT_SUM * time_left(),
        OVERDUE_RATIO=ratio(_.AMT_CREDIT_MAX_OVERDUE, _.AMT_CREDIT_SUM),
        WAS_OVERDUE=_.AMT_CREDIT_MAX_OVERDUE > 0,
        IS_ACTIVE=_.CREDIT_ACTIVE == "Active",
        ENDS_LATER=_.DAYS_CREDIT_ENDDATE > 0,
        IS_CARD=_.CREDIT_TYPE == "Credit card",
        IS_CAR=_.CREDIT_TYPE == "Car loan",
        IS_MORTGAGE=_.CREDIT_TYPE == "Mortgage",
        IS_MICRO=_.CREDIT_TYPE == "Microloan",
    )


def time_left() -> ibis.Deferred:
    """The part of a loan's planned length that lies ahead of the application, from 0 to 1."""
    length = (_.DAYS_CREDIT_ENDDATE - _.DAYS_CREDIT).nullif(0)
    return (_.DAYS_CREDIT_ENDDATE / length).clip(0, 1)
