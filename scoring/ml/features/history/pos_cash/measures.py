"""Measures of a monthly statement of a past loan with us."""

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import DateMeasure, Flag, NumericMeasure, RowCount

PROGRESS, LATENESS = "pos_progress", "pos_lateness"


STATEMENTS = RowCount("STATEMENTS", PROGRESS)
MONTH = DateMeasure("MONTHS_BALANCE", PROGRESS, Unit.MONTHS_AGO, "month", "le mois")
LATE_MONTH = DateMeasure("LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "late month", "le mois de retard")
DELAY = NumericMeasure("SK_DPD", LATENESS, Unit.DELAY_DAYS, "delay", "le retard {}")
REAL_DELAY = NumericMeasure(
    "SK_DPD_DEF", LATENESS, Unit.DELAY_DAYS, "delay beyond tolerance", "le retard {} au-delà de la tolérance"
)
TERM = NumericMeasure(
    "CNT_INSTALMENT", PROGRESS, Unit.COUNT, "number of instalments", "le nombre {} d’échéances"
)
LEFT = NumericMeasure(
    "CNT_INSTALMENT_FUTURE",
    PROGRESS,
    Unit.COUNT,
    "number of instalments left",
    "le nombre {} d’échéances restantes",
)
REPAID = NumericMeasure(
    "REPAID",
    PROGRESS,
    Unit.PERCENT,
    "share of instalments repaid",
    "la part {} d’échéances remboursées",
    Form.F,
)
SHORTENED = NumericMeasure(
    "SHORTENED",
    PROGRESS,
    Unit.COUNT,
    "number of instalments saved by early repayment",
    "le nombre {} d’échéances évitées par remboursement anticipé",
)
IS_LATE = Flag("IS_LATE", LATENESS, "showing a delay", "qui montrent un retard")
IS_REALLY_LATE = Flag(
    "IS_REALLY_LATE",
    LATENESS,
    "showing a delay beyond tolerance",
    "qui montrent un retard au-delà de la tolérance",
)
IS_COMPLETED = Flag("IS_COMPLETED", PROGRESS, "fully repaid", "entièrement remboursés")
IS_IRREGULAR = Flag("IS_IRREGULAR", LATENESS, "cancelled, returned or called in", "annulés, rendus ou exigés")
TOLERATED = NumericMeasure(
    "TOLERATED", LATENESS, Unit.DELAY_DAYS, "delay within tolerance", "le retard {} toléré"
)
SHORTENED_SHARE = NumericMeasure(
    "SHORTENED_SHARE",
    PROGRESS,
    Unit.PERCENT,
    "share of instalments saved by early repayment",
    "la part {} d’échéances évitées par remboursement anticipé",
    Form.F,
)
IS_RUNNING = Flag("IS_RUNNING", PROGRESS, "of a loan still running", "d’un crédit encore en cours")
