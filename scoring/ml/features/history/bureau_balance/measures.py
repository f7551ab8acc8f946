"""What is told of a loan that another lender followed month by month, and of which loans."""

from ibis import _

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form, de
from scoring.ml.features.spec.measures import OF, Flag, Measure, Moment, Rows
from scoring.ml.features.spec.recipes import Scope
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

HISTORY, LATENESS = "other_lenders_history", "other_lenders_lateness"


def opened_in(period: Text) -> Text:
    return Text(
        f"loans of {period.en} followed monthly at other lenders",
        f"les crédits {de(period.fr)} suivis chaque mois chez d’autres prêteurs",
    )


ALL = Scope(
    "",
    Text("loans followed monthly at other lenders", "les crédits suivis chaque mois chez d’autres prêteurs"),
)
ACTIVE = Scope(
    "ACTIVE",
    Text(
        "active loans followed monthly at other lenders",
        "les crédits actifs suivis chaque mois chez d’autres prêteurs",
    ),
    _.CREDIT_ACTIVE == "Active",
)

CLOSED = Scope(
    "CLOSED",
    Text(
        "closed loans followed monthly at other lenders",
        "les crédits soldés suivis chaque mois chez d’autres prêteurs",
    ),
    _.CREDIT_ACTIVE == "Closed",
)
M6, M12, M24, M36 = last_months("DAYS_CREDIT", 6, 12, 24, 36, rows=opened_in, days=True)

LOANS = Rows("LOANS", HISTORY)
MONTHS = Measure("MONTHS", HISTORY, Unit.COUNT, "number of months", "le nombre {} de mois", joins=OF)
FIRST_MONTH = Moment("FIRST_MONTH", HISTORY, Unit.MONTHS_AGO, "first report", "le premier relevé")
LAST_MONTH = Moment("LAST_MONTH", HISTORY, Unit.MONTHS_AGO, "last report", "le dernier relevé")
LAST_LATE = Moment("LAST_LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "month paid late", "le mois de retard")
WORST = Measure(
    "WORST_CLASS",
    LATENESS,
    Unit.NUMBER,
    "class of delay (0 to 5)",
    "la classe {} de retard (0 à 5)",
    Form.F,
)
LATE_SHARE = Measure(
    "LATE_SHARE", LATENESS, Unit.PERCENT, "share of months paid late", "la part {} de mois en retard", Form.F
)
LATE_MONTHS = Measure(
    "LATE_MONTHS", LATENESS, Unit.COUNT, "number of months paid late", "le nombre {} de mois en retard"
)
RECENT = Measure(
    "LATE_MONTHS_12M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 12 months",
    "le nombre {} de mois en retard depuis 12 mois",
)
RECENT_24 = Measure(
    "LATE_MONTHS_24M",
    LATENESS,
    Unit.COUNT,
    "number of months paid late in the last 24 months",
    "le nombre {} de mois en retard depuis 24 mois",
)
RECENT_MONTHS = Measure(
    "MONTHS_12M",
    HISTORY,
    Unit.COUNT,
    "number of months reported in the last 12 months",
    "le nombre {} de mois relevés depuis 12 mois",
)
UNKNOWN_SHARE = Measure(
    "UNKNOWN_SHARE",
    HISTORY,
    Unit.PERCENT,
    "share of months of unknown status",
    "la part {} de mois au statut inconnu",
    Form.F,
)
CLOSED_SHARE = Measure(
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
CLASS_SUM = Measure(
    "CLASS_SUM",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay",
    "le cumul {} des classes de retard",
)
CLASS_MEAN = Measure(
    "CLASS_MEAN",
    LATENESS,
    Unit.NUMBER,
    "class of delay month by month",
    "la classe {} de retard au fil des mois",
    Form.F,
)
CLASS_DECAYED = Measure(
    "CLASS_DECAYED",
    LATENESS,
    Unit.NUMBER,
    "cumulated class of delay (recent months counting more)",
    "le cumul {} des classes de retard (les mois récents comptent davantage)",
)
FIRST_CLOSED = Moment("FIRST_CLOSED_MONTH", HISTORY, Unit.MONTHS_AGO, "closing", "la clôture", Form.F)
RECENT_SHARE = Measure(
    "LATE_SHARE_12M",
    LATENESS,
    Unit.PERCENT,
    "share of months paid late in the last 12 months",
    "la part {} de mois en retard depuis 12 mois",
    Form.F,
)
ON_TIME_SHARE = Measure(
    "ON_TIME_SHARE",
    LATENESS,
    Unit.PERCENT,
    "share of months paid on time",
    "la part {} de mois sans retard",
    Form.F,
)
SHARE_1 = Measure(
    "SHARE_1",
    LATENESS,
    Unit.PERCENT,
    "share of months 1 to 30 days late",
    "la part {} de mois à 1 à 30 jours de retard",
    Form.F,
)
SHARE_2 = Measure(
    "SHARE_2",
    LATENESS,
    Unit.PERCENT,
    "share of months 31 to 60 days late",
    "la part {} de mois à 31 à 60 jours de retard",
    Form.F,
)
SHARE_5 = Measure(
    "SHARE_5",
    LATENESS,
    Unit.PERCENT,
    "share of months over 120 days late or written off",
    "la part {} de mois à plus de 120 jours de retard ou en perte",
    Form.F,
)
