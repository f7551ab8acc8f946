"""How a client paid the instalments of past loans with us (days before the application are negative)."""

from collections.abc import Mapping

from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import aggregate
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.installments_rows import instalments
from scoring.ml.features.quantities import OF, ON, Flag, Measure, Moment, Quantity, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.windows import last_days
from scoring.ml.features.wording import Form, de
from scoring.ml.tables.schema import Text

DELAYS, AMOUNTS = "instalment_delays", "instalment_amounts"


def due_in(period: Text) -> Text:
    return Text(f"instalments due in {period.en}", f"les échéances {de(period.fr)}")


ALL = Scope("", Text("instalments", "les échéances"))
D30, D90, D180, D365, D730 = last_days("DUE", 30, 90, 180, 365, 730, rows=due_in)
LAST10 = Scope("LAST10", Text("the ten latest instalments", "les dix dernières échéances"), _.RANK <= 10)
FIRST = Scope(
    "FIRST3",
    Text("the first three instalments of each loan", "les trois premières échéances de chaque crédit"),
    _.NUM_INSTALMENT_NUMBER <= 3,
)
CARD = Scope(
    "CARD",
    Text("card instalments", "les échéances de carte"),
    _.NUM_INSTALMENT_VERSION == 0,
)
LAST_LOAN = Scope(
    "LAST_LOAN",
    Text("instalments of the newest loan", "les échéances du crédit le plus récent"),
    _.LOAN_RANK == 1,
)

COUNT = Rows("INSTALMENTS", AMOUNTS)
DUE = Moment("DUE", AMOUNTS, Unit.DAYS_AGO, "due date", "la date d’exigibilité", Form.F)
PAYMENT = Moment("PAID", AMOUNTS, Unit.DAYS_AGO, "payment", "le paiement")
LATE_DUE = Moment("LATE_DUE", DELAYS, Unit.DAYS_AGO, "late payment", "le retard de paiement")
LATE_7_DUE = Moment(
    "LATE_7_DUE", DELAYS, Unit.DAYS_AGO, "payment over 7 days late", "le retard de plus de 7 jours"
)
UNDERPAID_DUE = Moment("UNDERPAID_DUE", AMOUNTS, Unit.DAYS_AGO, "underpayment", "le paiement incomplet")
DELAY = Measure(
    "DELAY",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay",
    "le retard {}",
    joins=OF,
)
DAYS_LATE = Measure(
    "DAYS_LATE",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay, early payments left aside,",
    "le retard {} hors paiements en avance",
    joins=OF,
)
RECENT_LATENESS = Measure(
    "RECENT_LATENESS",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay, recent ones counting more,",
    "le retard {}, les plus récents comptant davantage,",
    joins=OF,
)
PAID_RATIO = Measure("PAID_RATIO", AMOUNTS, Unit.PERCENT, "share paid", "la part payée {}", Form.F, OF)
SHORTFALL = Measure(
    "SHORTFALL", AMOUNTS, Unit.MONEY, "shortfall of payments", "le manque {} à payer", joins=ON
)
AMOUNT_DUE = Measure("AMT_INSTALMENT", AMOUNTS, Unit.MONEY, "amount due", "le montant {} dû")
AMOUNT_PAID = Measure("AMT_PAYMENT", AMOUNTS, Unit.MONEY, "amount paid", "le montant {} payé")
NUMBER = Measure(
    "NUM_INSTALMENT_NUMBER", AMOUNTS, Unit.NUMBER, "rank in the loan", "le rang {} dans le crédit", joins=OF
)
VERSION = Measure(
    "NUM_INSTALMENT_VERSION",
    AMOUNTS,
    Unit.NUMBER,
    "version of the payment calendar",
    "la version {} du calendrier",
    Form.F,
    OF,
)
IS_LATE = Flag("IS_LATE", DELAYS, "paid late", "payées en retard")
IS_LATE_7 = Flag("IS_LATE_7", DELAYS, "paid more than 7 days late", "payées avec plus de 7 jours de retard")
IS_LATE_30 = Flag(
    "IS_LATE_30", DELAYS, "paid more than 30 days late", "payées avec plus de 30 jours de retard"
)
IS_UNDERPAID = Flag("IS_UNDERPAID", AMOUNTS, "not paid in full", "payées en partie seulement")
IS_OVERPAID = Flag("IS_OVERPAID", AMOUNTS, "paid above the amount due", "payées au-delà du montant dû")
IN_PARTS = Flag("IN_PARTS", AMOUNTS, "paid in several parts", "payées en plusieurs fois")

WINDOW: Mapping[Quantity, tuple[str, ...]] = {
    COUNT: ("count",),
    DELAY: ("mean", "max", "min"),
    IS_LATE: ("share",),
    IS_LATE_7: ("share",),
    PAID_RATIO: ("mean",),
    AMOUNT_PAID: ("sum",),
}
RECIPE: Recipe = {
    ALL: {
        COUNT: ("count",),
        DUE: ("min",),
        PAYMENT: ("max",),
        LATE_DUE: ("max",),
        LATE_7_DUE: ("max",),
        UNDERPAID_DUE: ("max",),
        DELAY: ("mean", "max", "min", "std"),
        DAYS_LATE: ("mean",),
        RECENT_LATENESS: ("sum",),
        IS_LATE: ("share", "sum"),
        IS_LATE_7: ("share",),
        IS_LATE_30: ("share",),
        IS_UNDERPAID: ("share",),
        IS_OVERPAID: ("share",),
        IN_PARTS: ("share",),
        PAID_RATIO: ("mean", "std"),
        SHORTFALL: ("max", "sum"),
        AMOUNT_DUE: ("max", "mean", "std"),
        AMOUNT_PAID: ("sum", "max", "mean", "min"),
        NUMBER: ("max",),
        VERSION: ("max",),
    },
    D30: {DELAY: ("max",), IS_LATE: ("share",)},
    D90: {COUNT: ("count",), DELAY: ("mean", "max"), IS_LATE: ("share",), AMOUNT_PAID: ("sum",)},
    D180: WINDOW,
    D365: {**WINDOW, PAID_RATIO: ("mean", "min")},
    D730: {DELAY: ("mean", "max"), IS_LATE_7: ("share",)},
    LAST10: {DELAY: ("mean", "max"), IS_LATE: ("share",)},
    FIRST: {DELAY: ("max",), PAID_RATIO: ("min",)},
    CARD: {DELAY: ("max",), IS_LATE: ("share",)},
    LAST_LOAN: {DELAY: ("mean", "max"), IS_LATE: ("share",)},
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


COMPARISONS = (
    recent_minus_usual(DELAY, "mean", D180),
    recent_minus_usual(IS_LATE, "share", D180),
    recent_minus_usual(DELAY, "mean", D365),
    recent_minus_usual(IS_LATE, "share", D365),
)
AGGREGATES = (
    *features(RECIPE, table="installments_payments", prefix="INST"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(installments_payments: Table, previous_application: Table | None = None) -> Table:
    """One row per client: how late, how fully and how lately past instalments were paid."""
    return compare(aggregate(instalments(installments_payments), RECIPE, prefix="INST"), COMPARISONS)
