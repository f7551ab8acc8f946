"""What is told of a monthly statement of a past loan with us, and of which statements."""

from ibis import _

from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.labels import Form, de
from scoring.ml.features.spec.measures import Flag, Measure, Moment, Rows
from scoring.ml.features.spec.recipes import Scope
from scoring.ml.features.spec.windows import last_months
from scoring.ml.tables.schema import Text

PROGRESS, LATENESS = "pos_progress", "pos_lateness"


def statements_of(period: Text) -> Text:
    return Text(
        f"monthly statements of past loans in {period.en}",
        f"les relevés mensuels {de(period.fr)} pour les crédits passés",
    )


ALL = Scope("", Text("monthly statements of past loans", "les relevés mensuels des crédits passés"))
M6, M12, M24, M60 = last_months("MONTHS_BALANCE", 6, 12, 24, 60, rows=statements_of, days=False)
LATEST = Scope(
    "LATEST",
    Text("past loans at their last statement", "les crédits passés à leur dernier relevé"),
    _.IS_LATEST,
)
RUNNING = Scope(
    "RUNNING",
    Text("loans still running at their last statement", "les crédits encore en cours à leur dernier relevé"),
    _.IS_LATEST & (_.STATUS == "Active"),
)
LAST_LOAN = Scope(
    "LAST_LOAN",
    Text("statements of the newest past loan", "les relevés du crédit passé le plus récent"),
    _.LOAN_RANK == 1,
)

STATEMENTS = Rows("STATEMENTS", PROGRESS)
MONTH = Moment("MONTHS_BALANCE", PROGRESS, Unit.MONTHS_AGO, "month", "le mois")
LATE_MONTH = Moment("LATE_MONTH", LATENESS, Unit.MONTHS_AGO, "late month", "le mois de retard")
DELAY = Measure("SK_DPD", LATENESS, Unit.DELAY_DAYS, "delay", "le retard {}")
REAL_DELAY = Measure(
    "SK_DPD_DEF", LATENESS, Unit.DELAY_DAYS, "delay beyond tolerance", "le retard {} au-delà de la tolérance"
)
TERM = Measure("CNT_INSTALMENT", PROGRESS, Unit.COUNT, "number of instalments", "le nombre {} d’échéances")
LEFT = Measure(
    "CNT_INSTALMENT_FUTURE",
    PROGRESS,
    Unit.COUNT,
    "number of instalments left",
    "le nombre {} d’échéances restantes",
)
REPAID = Measure(
    "REPAID",
    PROGRESS,
    Unit.PERCENT,
    "share of instalments repaid",
    "la part {} d’échéances remboursées",
    Form.F,
)
SHORTENED = Measure(
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
LAST3_LOANS = Scope(
    "LAST3_LOANS",
    Text(
        "statements of the three newest past loans", "les relevés des trois crédits passés les plus récents"
    ),
    _.LOAN_RANK <= 3,
)
TOLERATED = Measure("TOLERATED", LATENESS, Unit.DELAY_DAYS, "delay within tolerance", "le retard {} toléré")
SHORTENED_SHARE = Measure(
    "SHORTENED_SHARE",
    PROGRESS,
    Unit.PERCENT,
    "share of instalments saved by early repayment",
    "la part {} d’échéances évitées par remboursement anticipé",
    Form.F,
)
IS_RUNNING = Flag("IS_RUNNING", PROGRESS, "of a loan still running", "d’un crédit encore en cours")
