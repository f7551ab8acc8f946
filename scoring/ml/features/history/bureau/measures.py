"""Measures of a loan at another lender: amounts, dates, debt and delays."""

from scoring.ml.features.spec.categories import vocabulary
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import Category, DateMeasure, Flag, NumericMeasure, RowCount
from scoring.ml.tables.catalogue import column

DEBTS, HISTORY, LATENESS = "other_lenders_debt", "other_lenders_history", "other_lenders_lateness"

LOANS = RowCount("LOANS", HISTORY)
OPENING = DateMeasure("DAYS_CREDIT", HISTORY, Unit.DAYS_AGO, "opening", "l’ouverture", Form.F)
END = DateMeasure(
    "DAYS_CREDIT_ENDDATE", HISTORY, Unit.DAYS_AGO, "planned end", "la fin prévue", Form.F, planned=True
)
PAID_OFF = DateMeasure("DAYS_ENDDATE_FACT", HISTORY, Unit.DAYS_AGO, "actual end", "la fin effective", Form.F)
UPDATE = DateMeasure(
    "DAYS_CREDIT_UPDATE", HISTORY, Unit.DAYS_AGO, "latest report", "la dernière mise à jour", Form.F
)
GAP = NumericMeasure(
    "GAP",
    HISTORY,
    Unit.DURATION_DAYS,
    "time between two successive openings",
    "l’intervalle {} entre deux ouvertures",
)
DURATION = NumericMeasure(
    "DURATION", HISTORY, Unit.DURATION_DAYS, "planned length", "la durée prévue {}", Form.F
)
EARLY_END = NumericMeasure(
    "EARLY_END",
    HISTORY,
    Unit.DURATION_DAYS,
    "lead of the actual end over the planned end",
    "l’avance {} de la fin effective sur la fin prévue",
    Form.F,
)
CREDIT = NumericMeasure("AMT_CREDIT_SUM", DEBTS, Unit.MONEY, "amount borrowed", "le montant {} emprunté")
DEBT = NumericMeasure("AMT_CREDIT_SUM_DEBT", DEBTS, Unit.MONEY, "debt", "la dette {}", Form.F)
LIMIT = NumericMeasure("AMT_CREDIT_SUM_LIMIT", DEBTS, Unit.MONEY, "card limit", "le plafond {} de carte")
ANNUITY = NumericMeasure("AMT_ANNUITY", DEBTS, Unit.MONEY, "instalment", "la mensualité {}", Form.F)
DEBT_RATIO = NumericMeasure(
    "DEBT_RATIO",
    DEBTS,
    Unit.PERCENT,
    "share of the credit still owed",
    "la part {} du crédit restant due",
    Form.F,
)
REMAINING = NumericMeasure(
    "REMAINING_CREDIT",
    DEBTS,
    Unit.MONEY,
    "credit in proportion to the time left",
    "le crédit {} au prorata du temps restant",
)
OVERDUE = NumericMeasure(
    "AMT_CREDIT_SUM_OVERDUE", LATENESS, Unit.MONEY, "amount overdue today", "l’impayé {} actuel"
)
WORST_OVERDUE = NumericMeasure(
    "AMT_CREDIT_MAX_OVERDUE", LATENESS, Unit.MONEY, "amount ever overdue", "l’impayé {} constaté"
)
OVERDUE_RATIO = NumericMeasure(
    "OVERDUE_RATIO",
    LATENESS,
    Unit.PERCENT,
    "share of the credit that was ever overdue",
    "la part {} du crédit passée en impayé",
    Form.F,
)
PROLONGED = NumericMeasure(
    "CNT_CREDIT_PROLONG", LATENESS, Unit.COUNT, "number of prolongations", "le nombre {} de prolongations"
)
WAS_OVERDUE = Flag("WAS_OVERDUE", LATENESS, "that were ever overdue", "passés un jour en impayé")
IS_ACTIVE = Flag("IS_ACTIVE", HISTORY, "still active", "encore actifs")
ENDS_LATER = Flag("ENDS_LATER", HISTORY, "with a planned end still ahead", "dont la fin prévue est à venir")
IS_CARD = Flag("IS_CARD", HISTORY, "on a credit card", "sous forme de carte")
IS_CAR = Flag("IS_CAR", HISTORY, "for a car", "destinés à une voiture")
IS_MORTGAGE = Flag("IS_MORTGAGE", HISTORY, "secured by a mortgage", "garantis par une hypothèque")
IS_MICRO = Flag("IS_MICRO", HISTORY, "that are microloans", "de type microcrédit")
DEBT_LEFT = NumericMeasure(
    "CREDIT_LESS_DEBT", DEBTS, Unit.MONEY, "amount already paid back", "le montant {} déjà remboursé"
)
DEBT_TO_LIMIT = NumericMeasure(
    "DEBT_TO_LIMIT",
    DEBTS,
    Unit.RATIO,
    "debt over the card limit left",
    "la dette {} rapportée au plafond disponible",
    Form.F,
)
DEBT_AND_LIMIT = NumericMeasure(
    "DEBT_AND_LIMIT",
    DEBTS,
    Unit.MONEY,
    "debt and card limit left together",
    "le montant {} de la dette et du plafond disponible",
)
DEBT_PER_DAY = NumericMeasure(
    "DEBT_PER_DAY",
    DEBTS,
    Unit.MONEY,
    "debt for each day since the opening",
    "la dette {} par jour depuis l’ouverture",
    Form.F,
)
CREDIT_TO_ANNUITY = NumericMeasure(
    "CREDIT_TO_ANNUITY",
    DEBTS,
    Unit.NUMBER,
    "credit in monthly instalments",
    "le crédit {} en nombre de mensualités",
)
TIME_LEFT = NumericMeasure(
    "TIME_LEFT",
    HISTORY,
    Unit.PERCENT,
    "share of the planned length still ahead",
    "la part {} de la durée prévue encore à courir",
    Form.F,
)
OVERDUE_NOW = NumericMeasure(
    "OVERDUE_NOW",
    LATENESS,
    Unit.PERCENT,
    "share of the credit overdue today",
    "la part {} du crédit en impayé actuel",
    Form.F,
)
DAYS_OVERDUE = NumericMeasure(
    "CREDIT_DAY_OVERDUE", LATENESS, Unit.DELAY_DAYS, "delay today", "le retard {} actuel"
)
RECENT_CREDIT = NumericMeasure(
    "RECENT_CREDIT",
    DEBTS,
    Unit.MONEY,
    "amount borrowed (recent loans counting more)",
    "le montant {} emprunté (les crédits récents comptent davantage)",
)
RECENT_DEBT = NumericMeasure(
    "RECENT_DEBT",
    DEBTS,
    Unit.MONEY,
    "debt (recent loans counting more)",
    "la dette {} (les crédits récents comptent davantage)",
    Form.F,
)
RECENT_OVERDUE = NumericMeasure(
    "RECENT_OVERDUE",
    LATENESS,
    Unit.MONEY,
    "amount ever overdue (recent loans counting more)",
    "l’impayé {} constaté (les crédits récents comptent davantage)",
)
TYPES = Category(
    "CREDIT_TYPE",
    HISTORY,
    "type of credit",
    "le type de crédit",
    vocabulary(column("bureau", "CREDIT_TYPE")),
)
STATUS = Category(
    "CREDIT_ACTIVE", HISTORY, "status", "le statut", vocabulary(column("bureau", "CREDIT_ACTIVE"))
)
IS_CLOSED = Flag("IS_CLOSED", HISTORY, "closed", "soldés")
IS_SOLD = Flag("IS_SOLD", LATENESS, "sold or irrecoverable", "cédés ou irrécouvrables")
IS_CONSUMER = Flag("IS_CONSUMER", HISTORY, "for consumption", "à la consommation")
IS_OTHER = Flag("IS_OTHER", HISTORY, "of another type", "d’un autre type")
ENDED_EARLY = Flag("ENDED_EARLY", HISTORY, "closed before the planned end", "soldés avant la fin prévue")
ENDED_LATE = Flag("ENDED_LATE", LATENESS, "closed after the planned end", "soldés après la fin prévue")
