"""How a client used and paid the credit cards held with us (months before the application are negative)."""

from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import aggregate
from scoring.ml.features.card_rows import months
from scoring.ml.features.comparisons import Comparison, compare
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.quantities import Flag, Measure, Moment, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.windows import last_months
from scoring.ml.features.wording import Form
from scoring.ml.tables.schema import Text

USAGE, LATENESS = "card_usage", "card_lateness"


OVER = Text("over", "sur")


def months_of(period: Text) -> Text:
    return Text(f"{period.en} of our credit card", f"{period.fr} de notre carte")


ALL = Scope("", Text("months of our credit card", "les mois de notre carte"))
M2, M3, M6, M12, M24 = last_months("MONTHS_BALANCE", 2, 3, 6, 12, 24, rows=months_of, days=False)
LAST = Scope(
    "LAST",
    Text("the last known month of our credit card", "le dernier mois connu de notre carte"),
    _.RANK == 1,
)

MONTHS = Rows("MONTHS", USAGE)
MONTH = Moment("MONTHS_BALANCE", USAGE, Unit.MONTHS_AGO, "statement", "le relevé")
LATE_MONTH = Moment("LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "delay", "le retard")
LIMIT = Measure("AMT_CREDIT_LIMIT_ACTUAL", USAGE, Unit.MONEY, "limit", "le plafond {}", joins=OVER)
BALANCE = Measure("AMT_BALANCE", USAGE, Unit.MONEY, "balance", "le solde {} dû", joins=OVER)
CHANGE = Measure(
    "CHANGE",
    USAGE,
    Unit.MONEY,
    "monthly rise of the balance",
    "la hausse mensuelle {} du solde",
    Form.F,
    OVER,
)
UTILISATION = Measure(
    "UTILISATION", USAGE, Unit.PERCENT, "use of the limit", "l’utilisation {} du plafond", Form.F, OVER
)
DRAWINGS = Measure("AMT_DRAWINGS_CURRENT", USAGE, Unit.MONEY, "drawings", "les retraits {}", Form.MP, OVER)
CASH = Measure(
    "AMT_DRAWINGS_ATM_CURRENT",
    USAGE,
    Unit.MONEY,
    "cash withdrawals",
    "les retraits d’espèces {}",
    Form.MP,
    OVER,
)
PURCHASES = Measure(
    "AMT_DRAWINGS_POS_CURRENT", USAGE, Unit.MONEY, "purchases", "les achats {}", Form.MP, OVER
)
DRAWN = Measure(
    "DRAWN_TO_LIMIT",
    USAGE,
    Unit.PERCENT,
    "drawings as a share of the limit",
    "les retraits {} rapportés au plafond",
    Form.MP,
    OVER,
)
CASH_SHARE = Measure(
    "CASH_SHARE",
    USAGE,
    Unit.PERCENT,
    "share of cash in drawings",
    "la part {} d’espèces dans les retraits",
    Form.F,
    OVER,
)
CASH_COUNT = Measure(
    "CNT_DRAWINGS_ATM_CURRENT",
    USAGE,
    Unit.COUNT,
    "number of cash withdrawals",
    "le nombre {} de retraits d’espèces",
    joins=OVER,
)
DRAWING_COUNT = Measure(
    "CNT_DRAWINGS_CURRENT", USAGE, Unit.COUNT, "number of drawings", "le nombre {} de retraits", joins=OVER
)
PAID = Measure("AMT_PAYMENT_TOTAL_CURRENT", USAGE, Unit.MONEY, "payment", "le remboursement {}", joins=OVER)
PAID_TO_MINIMUM = Measure(
    "PAID_TO_MINIMUM",
    LATENESS,
    Unit.RATIO,
    "payment as a multiple of the minimum due",
    "le remboursement {} rapporté au minimum exigé",
    joins=OVER,
)
CHARGES = Measure(
    "CHARGES", USAGE, Unit.MONEY, "charges and interest", "le montant {} de frais et d’intérêts", joins=OVER
)
MATURE = Measure(
    "CNT_INSTALMENT_MATURE_CUM",
    USAGE,
    Unit.COUNT,
    "number of instalments paid",
    "le nombre {} d’échéances réglées",
    joins=OVER,
)
DELAY = Measure("SK_DPD", LATENESS, Unit.DELAY_DAYS, "delay", "le retard {}", joins=OVER)
REAL_DELAY = Measure(
    "SK_DPD_DEF",
    LATENESS,
    Unit.DELAY_DAYS,
    "delay beyond tolerance",
    "le retard {} au-delà de la tolérance",
    joins=OVER,
)
IS_LATE = Flag("IS_LATE", LATENESS, "with a delay", "avec un retard")
IS_REALLY_LATE = Flag(
    "IS_REALLY_LATE", LATENESS, "with a delay beyond tolerance", "avec un retard au-delà de la tolérance"
)
IS_OVER_LIMIT = Flag("IS_OVER_LIMIT", USAGE, "above the limit", "au-dessus du plafond")
IS_USED = Flag("IS_USED", USAGE, "with a balance to pay", "avec un solde dû")

RECIPE: Recipe = {
    ALL: {
        MONTHS: ("count",),
        MONTH: ("max",),
        LATE_MONTH: ("max",),
        LIMIT: ("max", "mean"),
        BALANCE: ("max", "mean"),
        CHANGE: ("max", "std"),
        UTILISATION: ("max", "mean", "std"),
        DRAWINGS: ("sum", "mean"),
        CASH: ("sum", "mean"),
        PURCHASES: ("sum",),
        DRAWN: ("max", "mean"),
        CASH_SHARE: ("mean",),
        CASH_COUNT: ("mean",),
        DRAWING_COUNT: ("max", "mean"),
        PAID: ("mean",),
        PAID_TO_MINIMUM: ("mean", "min"),
        CHARGES: ("mean",),
        MATURE: ("max",),
        DELAY: ("max", "mean"),
        REAL_DELAY: ("max",),
        IS_LATE: ("share",),
        IS_REALLY_LATE: ("share",),
        IS_OVER_LIMIT: ("share",),
        IS_USED: ("share",),
    },
    M2: {UTILISATION: ("max",), CASH: ("mean",)},
    M3: {UTILISATION: ("mean",), PAID_TO_MINIMUM: ("mean",)},
    M6: {
        UTILISATION: ("max", "mean"),
        BALANCE: ("mean",),
        CASH: ("mean",),
        DRAWINGS: ("mean",),
        PAID_TO_MINIMUM: ("mean",),
        DELAY: ("max",),
    },
    M12: {UTILISATION: ("max", "mean"), BALANCE: ("mean",), CASH: ("mean",), PAID_TO_MINIMUM: ("mean",)},
    M24: {UTILISATION: ("max", "mean"), DELAY: ("max",)},
    LAST: {BALANCE: ("value",), UTILISATION: ("value",), DRAWINGS: ("value",), PAID: ("value",)},
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


COMPARISONS = (
    recent_minus_earlier(UTILISATION, M6, M24),
    recent_minus_earlier(UTILISATION, M3, M12),
    recent_minus_earlier(BALANCE, M6, ALL),
    recent_minus_earlier(CASH, M6, ALL),
)
AGGREGATES = (
    *features(RECIPE, table="credit_card_balance", prefix="CARD"),
    *(comparison.feature for comparison in COMPARISONS),
)


def history(credit_card_balance: Table) -> Table:
    """One row per client: how far the limit was used, in cash or purchases, and how it was paid back."""
    return compare(aggregate(months(credit_card_balance), RECIPE, prefix="CARD"), COMPARISONS)
