"""Measures of a loan at another lender that is followed month by month."""

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form
from scoring.ml.features.spec.measures import OF, DateMeasure, Flag, NumericMeasure, RowCount

HISTORY, LATENESS = "other_lenders_history", "other_lenders_lateness"


LOANS = RowCount("LOANS", HISTORY)
MONTHS = NumericMeasure(
    "MONTHS", HISTORY, Unit.COUNT, "number of months", "le nombre {} de mois", preposition=OF
)
FIRST_MONTH = DateMeasure("FIRST_MONTH", HISTORY, Unit.MONTHS_AGO, "first report", "le premier relevé")
LAST_MONTH = DateMeasure("LAST_MONTH", HISTORY, Unit.MONTHS_AGO, "last report", "le dernier relevé")
LAST_LATE = DateMeasure("LAST_LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "month paid late", "le mois de retard")
WORST = NumericMeasure(
    "WORST_CLASS",
    LATENESS,
    Unit.NUMBER,
    "class of delay (0 to 5)",
    "la classe {} de retard (0 à 5)",
    Form.F,
)
LATE_SHARE = NumericMeasure(
    "LATE_SHARE", LATENESS, Unit.PERCENT, "share of months paid late", "la part {} de mois en retard", Form.F
)
LATE_MONTHS = NumericMeasure(
    "LATE_MONTHS", LATENESS, Unit.COUNT, "number of months paid late", "le nombre {} de mois en retard"
)
RECENT = NumericMeasure(
    "LATE_MONTHS_12M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 12 months",
    "le nombre {} de mois en retard depuis 12 mois",
)
RECENT_24 = NumericMeasure(
    "LATE_MONTHS_24M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 24 months",
    "le nombre {} de mois en retard depuis 24 mois",
)
RECENT_MONTHS = NumericMeasure(
    "MONTHS_12M",
    HISTORY,
    Unit.COUNT,
    "number of months reported in the last 12 months",
    "le nombre {} de mois relevés depuis 12 mois",
)
UNKNOWN_SHARE = NumericMeasure(
    "UNKNOWN_SHARE",
    HISTORY,
    Unit.PERCENT,
    "share of months of unknown status",
    "la part {} de mois au statut inconnu",
    Form.F,
)
CLOSED_SHARE = NumericMeasure(
    "CLOSED_SHARE",
    HISTORY,
    Unit.PERCENT,
    "share of months after closing",
    "la part {} de mois après clôture",
    Form.F,
)
EVER_LATE = Flag("EVER_LATE", LATENESS, "ever paid late", "payés un jour en retard")
EVER_LATE_31 = Flag(
    "EVER_LATE_31", LATENESS, "ever paid more than 30 days late", "payés un jour plus de 30 jours en retard"
)
CLASS_SUM = NumericMeasure(
    "CLASS_SUM",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay",
    "le cumul {} des classes de retard",
)
CLASS_MEAN = NumericMeasure(
    "CLASS_MEAN",
    LATENESS,
    Unit.NUMBER,
    "class of delay month by month",
    "la classe {} de retard au fil des mois",
    Form.F,
)
CLASS_DECAYED = NumericMeasure(
    "CLASS_DECAYED",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay (recent months counting more)",
    "le cumul {} des classes de retard (les mois récents comptent davantage)",
)
FIRST_CLOSED = DateMeasure("FIRST_CLOSED_MONTH", HISTORY, Unit.MONTHS_AGO, "closing", "la clôture", Form.F)
RECENT_SHARE = NumericMeasure(
    "LATE_SHARE_12M",
    LATENESS,
    Unit.PERCENT,
    "share of months paid late in the last 12 months",
    "la part {} de mois en retard depuis 12 mois",
    Form.F,
)
ON_TIME_SHARE = NumericMeasure(
    "ON_TIME_SHARE",
    LATENESS,
    Unit.PERCENT,
    "share of months paid on time",
    "la part {} de mois sans retard",
    Form.F,
)
SHARE_1 = NumericMeasure(
    "SHARE_1",
    LATENESS,
    Unit.PERCENT,
    "share of months 1 to 30 days late",
    "la part {} de mois à 1 à 30 jours de retard",
    Form.F,
)
SHARE_2 = NumericMeasure(
    "SHARE_2",
    LATENESS,
    Unit.PERCENT,
    "share of months 31 to 60 days late",
    "la part {} de mois à 31 à 60 jours de retard",
    Form.F,
)
SHARE_5 = NumericMeasure(
    "SHARE_5",
    LATENESS,
    Unit.PERCENT,
    "share of months over 120 days late or written off",
    "la part {} de mois à plus de 120 jours de retard ou en perte",
    Form.F,
)
