"""Measures of an instalment: how late, how fully and in how many parts it was paid."""

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import OF, ON, DateMeasure, Flag, NumericMeasure, RowCount
from scoring.ml.tables.schema import Text

AMONG = Text("among", "parmi")
DELAYS, AMOUNTS = "instalment_delays", "instalment_amounts"

COUNT = RowCount("INSTALMENTS", AMOUNTS)
DUE = DateMeasure("DUE", AMOUNTS, Unit.DAYS_AGO, "due date", "la date d’exigibilité", Form.F)
PAYMENT = DateMeasure("PAID", AMOUNTS, Unit.DAYS_AGO, "payment", "le paiement")
LATE_DUE = DateMeasure("LATE_DUE", DELAYS, Unit.DAYS_AGO, "late payment", "le retard de paiement")
LATE_7_DUE = DateMeasure(
    "LATE_7_DUE", DELAYS, Unit.DAYS_AGO, "payment over 7 days late", "le retard de plus de 7 jours"
)
UNDERPAID_DUE = DateMeasure("UNDERPAID_DUE", AMOUNTS, Unit.DAYS_AGO, "underpayment", "le paiement incomplet")
DELAY = NumericMeasure(
    "DELAY",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay",
    "le retard {}",
    preposition=OF,
)
DAYS_LATE = NumericMeasure(
    "DAYS_LATE",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay (early payments not deducted)",
    "le retard {} (avances non déduites)",
    preposition=OF,
)
RECENT_LATENESS = NumericMeasure(
    "RECENT_LATENESS",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay (recent ones counting more)",
    "le retard {} (les plus récents comptent davantage)",
    preposition=OF,
)
PAID_RATIO = NumericMeasure("PAID_RATIO", AMOUNTS, Unit.PERCENT, "share paid", "la part payée {}", Form.F, OF)
SHORTFALL = NumericMeasure(
    "SHORTFALL", AMOUNTS, Unit.MONEY, "shortfall of payments", "le manque {} à payer", preposition=ON
)
AMOUNT_DUE = NumericMeasure("AMT_INSTALMENT", AMOUNTS, Unit.MONEY, "amount due", "le montant {} dû")
AMOUNT_PAID = NumericMeasure("AMT_PAYMENT", AMOUNTS, Unit.MONEY, "amount paid", "le montant {} payé")
NUMBER = NumericMeasure(
    "NUM_INSTALMENT_NUMBER",
    AMOUNTS,
    Unit.NUMBER,
    "rank in the loan",
    "le rang {} dans le crédit",
    preposition=OF,
)
VERSION = NumericMeasure(
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
DAYS_EARLY = NumericMeasure(
    "DAYS_EARLY",
    DELAYS,
    Unit.DURATION_DAYS,
    "lead over the due date",
    "l’avance {} de paiement",
    Form.F,
    OF,
)
WEIGHTED_DELAY = NumericMeasure(
    "WEIGHTED_DELAY",
    DELAYS,
    Unit.DELAY_DAYS,
    "delay weighted by the share paid",
    "le retard {} pondéré par la part payée",
    preposition=OF,
)
RECENT_LEAD = NumericMeasure(
    "RECENT_LEAD",
    DELAYS,
    Unit.DURATION_DAYS,
    "lead over the due date (recent ones counting more)",
    "l’avance {} de paiement (les plus récentes comptent davantage)",
    Form.F,
    OF,
)
RECENT_SHORTFALL = NumericMeasure(
    "RECENT_SHORTFALL",
    AMOUNTS,
    Unit.MONEY,
    "shortfall of payments (recent ones counting more)",
    "le manque {} à payer (les plus récents comptent davantage)",
)
RECENT_PAID = NumericMeasure(
    "RECENT_PAID",
    AMOUNTS,
    Unit.MONEY,
    "amount paid (recent payments counting more)",
    "le montant {} payé (les paiements récents comptent davantage)",
)
RECENCY = RowCount(
    "RECENCY", AMOUNTS, " (recent ones counting more)", " (les plus récentes comptent davantage)"
)
LATE_PART = NumericMeasure(
    "LATE_PART",
    DELAYS,
    Unit.PERCENT,
    "share paid late",
    "la part {} payée en retard",
    Form.F,
    OF,
)
PARTS = NumericMeasure("PARTS", AMOUNTS, Unit.COUNT, "number of payments", "le nombre {} de paiements")
INTERVAL = NumericMeasure(
    "INTERVAL",
    AMOUNTS,
    Unit.DURATION_DAYS,
    "time since the payment before",
    "le délai {} depuis le paiement précédent",
)
MONTH_PAID = NumericMeasure(
    "MONTH_PAID",
    AMOUNTS,
    Unit.MONEY,
    "amount paid within a month",
    "le montant {} payé en un mois",
)
UNPAID_AMOUNT = NumericMeasure(
    "UNPAID_AMOUNT",
    AMOUNTS,
    Unit.MONEY,
    "amount never paid",
    "le montant {} jamais payé",
)
LATE_NUMBER = NumericMeasure(
    "LATE_NUMBER",
    DELAYS,
    Unit.NUMBER,
    "rank of a late payment in its loan",
    "le rang {} d’un retard dans son crédit",
    preposition=AMONG,
)
LATE_7_NUMBER = NumericMeasure(
    "LATE_7_NUMBER",
    DELAYS,
    Unit.NUMBER,
    "rank of a payment over 7 days late in its loan",
    "le rang {} d’un retard de plus de 7 jours dans son crédit",
    preposition=AMONG,
)
LATE_30_NUMBER = NumericMeasure(
    "LATE_30_NUMBER",
    DELAYS,
    Unit.NUMBER,
    "rank of a payment over 30 days late in its loan",
    "le rang {} d’un retard de plus de 30 jours dans son crédit",
    preposition=AMONG,
)
IS_LATE_3 = Flag("IS_LATE_3", DELAYS, "paid more than 3 days late", "payées avec plus de 3 jours de retard")
IS_LATE_15 = Flag(
    "IS_LATE_15", DELAYS, "paid more than 15 days late", "payées avec plus de 15 jours de retard"
)
IS_MOSTLY_LATE = Flag(
    "IS_MOSTLY_LATE",
    DELAYS,
    "of which more than 5 % came late",
    "dont plus de 5 % ont été payés en retard",
)
IS_LATE_IN_PARTS = Flag(
    "IS_LATE_IN_PARTS",
    DELAYS,
    "paid late after an earlier part",
    "payées en retard après un premier versement",
)
IS_UNPAID = Flag("IS_UNPAID", AMOUNTS, "never paid", "jamais payées")
