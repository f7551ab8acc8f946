"""What is told of a month of a client's credit cards with us, and of which months."""

from ibis import _

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import Flag, Measure, Moment, Rows
from scoring.ml.features.spec.recipes import Scope
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

USAGE, LATENESS = "card_usage", "card_lateness"

OVER = Text("over", "sur")


def months_of(period: Text) -> Text:
    return Text(f"{period.en} of our credit card", f"{period.fr} de notre carte")


ALL = Scope("", Text("months of our credit card", "les mois de notre carte"))
M2, M3, M6, M12, M24, M48 = last_months("MONTHS_BALANCE", 2, 3, 6, 12, 24, 48, rows=months_of, days=False)
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
REALLY_LATE_MONTH = Moment(
    "REALLY_LATE_MONTH",
    LATENESS,
    Unit.MONTHS_AGO,
    "delay of over 7 days beyond tolerance",
    "le retard de plus de 7 jours au-delà de la tolérance",
)
CARDS = Measure("CARDS", USAGE, Unit.COUNT, "number of cards", "le nombre {} de cartes", joins=OVER)
CHANGE_RATIO = Measure(
    "CHANGE_RATIO",
    USAGE,
    Unit.PERCENT,
    "monthly rise of the balance in proportion",
    "la hausse mensuelle {} du solde en proportion",
    Form.F,
    OVER,
)
OTHERS = Measure(
    "AMT_DRAWINGS_OTHER_CURRENT",
    USAGE,
    Unit.MONEY,
    "other drawings",
    "les autres retraits {}",
    Form.MP,
    OVER,
)
CASH_TO_LIMIT = Measure(
    "CASH_TO_LIMIT",
    USAGE,
    Unit.PERCENT,
    "cash withdrawals as a share of the limit",
    "les retraits d’espèces {} rapportés au plafond",
    Form.MP,
    OVER,
)
PURCHASE_COUNT = Measure(
    "CNT_DRAWINGS_POS_CURRENT", USAGE, Unit.COUNT, "number of purchases", "le nombre {} d’achats", joins=OVER
)
PAID_LESS_MINIMUM = Measure(
    "PAID_LESS_MINIMUM",
    LATENESS,
    Unit.MONEY,
    "payment above the minimum due",
    "le remboursement {} au-delà du minimum exigé",
    joins=OVER,
)
PRINCIPAL_SHARE = Measure(
    "PRINCIPAL_SHARE",
    USAGE,
    Unit.PERCENT,
    "share of principal in what is owed",
    "la part {} de capital dans le montant dû",
    Form.F,
    OVER,
)
TOLERATED = Measure(
    "TOLERATED", LATENESS, Unit.DELAY_DAYS, "delay within tolerance", "le retard {} toléré", joins=OVER
)
RECENT_BALANCE = Measure(
    "RECENT_BALANCE",
    USAGE,
    Unit.MONEY,
    "balance (recent months counting more)",
    "le solde {} dû (les mois récents comptent davantage)",
    joins=OVER,
)
RECENT_DRAWINGS = Measure(
    "RECENT_DRAWINGS",
    USAGE,
    Unit.MONEY,
    "drawings (recent months counting more)",
    "les retraits {} (les mois récents comptent davantage)",
    Form.MP,
    OVER,
)
RECENT_CASH = Measure(
    "RECENT_CASH",
    USAGE,
    Unit.MONEY,
    "cash withdrawals (recent months counting more)",
    "les retraits d’espèces {} (les mois récents comptent davantage)",
    Form.MP,
    OVER,
)
RECENT_DELAY = Measure(
    "RECENT_DELAY",
    LATENESS,
    Unit.DELAY_DAYS,
    "delay (recent months counting more)",
    "le retard {} (les mois récents comptent davantage)",
    joins=OVER,
)
RECENCY = Rows("RECENCY", USAGE, " (recent ones counting more)", " (les plus récents comptent davantage)")
IS_OPEN = Flag("IS_OPEN", USAGE, "with an open card", "avec une carte en cours", "carte en cours")
IS_BELOW_MINIMUM = Flag(
    "IS_BELOW_MINIMUM", LATENESS, "paid below the minimum due", "payés en dessous du minimum exigé"
)
