"""Measures of a month of a client's credit cards with us."""

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import DateMeasure, Flag, NumericMeasure, RowCount
from scoring.ml.tables.schema import Text

USAGE, LATENESS = "card_usage", "card_lateness"

OVER = Text("over", "sur")


MONTHS = RowCount("MONTHS", USAGE)
MONTH = DateMeasure("MONTHS_BALANCE", USAGE, Unit.MONTHS_AGO, "statement", "le relevé")
LATE_MONTH = DateMeasure("LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "delay", "le retard")
LIMIT = NumericMeasure(
    "AMT_CREDIT_LIMIT_ACTUAL", USAGE, Unit.MONEY, "limit", "le plafond {}", preposition=OVER
)
BALANCE = NumericMeasure("AMT_BALANCE", USAGE, Unit.MONEY, "balance", "le solde {} dû", preposition=OVER)
CHANGE = NumericMeasure(
    "CHANGE",
    USAGE,
    Unit.MONEY,
    "monthly rise of the balance",
    "la hausse mensuelle {} du solde",
    Form.F,
    OVER,
)
UTILISATION = NumericMeasure(
    "UTILISATION", USAGE, Unit.PERCENT, "use of the limit", "l’utilisation {} du plafond", Form.F, OVER
)
DRAWINGS = NumericMeasure(
    "AMT_DRAWINGS_CURRENT", USAGE, Unit.MONEY, "drawings", "les retraits {}", Form.MP, OVER
)
CASH = NumericMeasure(
    "AMT_DRAWINGS_ATM_CURRENT",
    USAGE,
    Unit.MONEY,
    "cash withdrawals",
    "les retraits d’espèces {}",
    Form.MP,
    OVER,
)
PURCHASES = NumericMeasure(
    "AMT_DRAWINGS_POS_CURRENT", USAGE, Unit.MONEY, "purchases", "les achats {}", Form.MP, OVER
)
DRAWN = NumericMeasure(
    "DRAWN_TO_LIMIT",
    USAGE,
    Unit.PERCENT,
    "drawings as a share of the limit",
    "les retraits {} rapportés au plafond",
    Form.MP,
    OVER,
)
CASH_SHARE = NumericMeasure(
    "CASH_SHARE",
    USAGE,
    Unit.PERCENT,
    "share of cash in drawings",
    "la part {} d’espèces dans les retraits",
    Form.F,
    OVER,
)
CASH_COUNT = NumericMeasure(
    "CNT_DRAWINGS_ATM_CURRENT",
    USAGE,
    Unit.COUNT,
    "number of cash withdrawals",
    "le nombre {} de retraits d’espèces",
    preposition=OVER,
)
DRAWING_COUNT = NumericMeasure(
    "CNT_DRAWINGS_CURRENT",
    USAGE,
    Unit.COUNT,
    "number of drawings",
    "le nombre {} de retraits",
    preposition=OVER,
)
PAID = NumericMeasure(
    "AMT_PAYMENT_TOTAL_CURRENT", USAGE, Unit.MONEY, "payment", "le remboursement {}", preposition=OVER
)
PAID_TO_MINIMUM = NumericMeasure(
    "PAID_TO_MINIMUM",
    LATENESS,
    Unit.RATIO,
    "payment as a multiple of the minimum due",
    "le remboursement {} rapporté au minimum exigé",
    preposition=OVER,
)
CHARGES = NumericMeasure(
    "CHARGES",
    USAGE,
    Unit.MONEY,
    "charges and interest",
    "le montant {} de frais et d’intérêts",
    preposition=OVER,
)
MATURE = NumericMeasure(
    "CNT_INSTALMENT_MATURE_CUM",
    USAGE,
    Unit.COUNT,
    "number of instalments paid",
    "le nombre {} d’échéances réglées",
    preposition=OVER,
)
DELAY = NumericMeasure("SK_DPD", LATENESS, Unit.DELAY_DAYS, "delay", "le retard {}", preposition=OVER)
REAL_DELAY = NumericMeasure(
    "SK_DPD_DEF",
    LATENESS,
    Unit.DELAY_DAYS,
    "delay beyond tolerance",
    "le retard {} au-delà de la tolérance",
    preposition=OVER,
)
IS_LATE = Flag("IS_LATE", LATENESS, "with a delay", "avec un retard")
IS_REALLY_LATE = Flag(
    "IS_REALLY_LATE", LATENESS, "with a delay beyond tolerance", "avec un retard au-delà de la tolérance"
)
IS_OVER_LIMIT = Flag("IS_OVER_LIMIT", USAGE, "above the limit", "au-dessus du plafond")
IS_USED = Flag("IS_USED", USAGE, "with a balance to pay", "avec un solde dû")
REALLY_LATE_MONTH = DateMeasure(
    "REALLY_LATE_MONTH",
    LATENESS,
    Unit.MONTHS_AGO,
    "delay of over 7 days beyond tolerance",
    "le retard de plus de 7 jours au-delà de la tolérance",
)
CARDS = NumericMeasure(
    "CARDS", USAGE, Unit.COUNT, "number of cards", "le nombre {} de cartes", preposition=OVER
)
CHANGE_RATIO = NumericMeasure(
    "CHANGE_RATIO",
    USAGE,
    Unit.PERCENT,
    "monthly rise of the balance in proportion",
    "la hausse mensuelle {} du solde en proportion",
    Form.F,
    OVER,
)
OTHER_DRAWINGS = NumericMeasure(
    "AMT_DRAWINGS_OTHER_CURRENT",
    USAGE,
    Unit.MONEY,
    "other drawings",
    "les autres retraits {}",
    Form.MP,
    OVER,
)
CASH_TO_LIMIT = NumericMeasure(
    "CASH_TO_LIMIT",
    USAGE,
    Unit.PERCENT,
    "cash withdrawals as a share of the limit",
    "les retraits d’espèces {} rapportés au plafond",
    Form.MP,
    OVER,
)
PURCHASE_COUNT = NumericMeasure(
    "CNT_DRAWINGS_POS_CURRENT",
    USAGE,
    Unit.COUNT,
    "number of purchases",
    "le nombre {} d’achats",
    preposition=OVER,
)
PAID_LESS_MINIMUM = NumericMeasure(
    "PAID_LESS_MINIMUM",
    LATENESS,
    Unit.MONEY,
    "payment above the minimum due",
    "le remboursement {} au-delà du minimum exigé",
    preposition=OVER,
)
PRINCIPAL_SHARE = NumericMeasure(
    "PRINCIPAL_SHARE",
    USAGE,
    Unit.PERCENT,
    "share of principal in what is owed",
    "la part {} de capital dans le montant dû",
    Form.F,
    OVER,
)
TOLERATED = NumericMeasure(
    "TOLERATED", LATENESS, Unit.DELAY_DAYS, "delay within tolerance", "le retard {} toléré", preposition=OVER
)
RECENT_BALANCE = NumericMeasure(
    "RECENT_BALANCE",
    USAGE,
    Unit.MONEY,
    "balance (recent months counting more)",
    "le solde {} dû (les mois récents comptent davantage)",
    preposition=OVER,
)
RECENT_DRAWINGS = NumericMeasure(
    "RECENT_DRAWINGS",
    USAGE,
    Unit.MONEY,
    "drawings (recent months counting more)",
    "les retraits {} (les mois récents comptent davantage)",
    Form.MP,
    OVER,
)
RECENT_CASH = NumericMeasure(
    "RECENT_CASH",
    USAGE,
    Unit.MONEY,
    "cash withdrawals (recent months counting more)",
    "les retraits d’espèces {} (les mois récents comptent davantage)",
    Form.MP,
    OVER,
)
RECENT_DELAY = NumericMeasure(
    "RECENT_DELAY",
    LATENESS,
    Unit.DELAY_DAYS,
    "delay (recent months counting more)",
    "le retard {} (les mois récents comptent davantage)",
    preposition=OVER,
)
RECENCY = RowCount("RECENCY", USAGE, " (recent ones counting more)", " (les plus récents comptent davantage)")
IS_OPEN = Flag("IS_OPEN", USAGE, "with an open card", "avec une carte en cours", "carte en cours")
IS_BELOW_MINIMUM = Flag(
    "IS_BELOW_MINIMUM", LATENESS, "paid below the minimum due", "payés en dessous du minimum exigé"
)
