"""The monthly statements of a client's past consumer and cash loans with us."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import CLIENT, aggregate, ratio
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.features.quantities import Flag, Measure, Moment, Rows
from scoring.ml.features.recipes import Recipe, Scope, features
from scoring.ml.features.windows import LOAN, last_months, ranked, with_loans
from scoring.ml.features.wording import Form, de
from scoring.ml.tables.schema import Text

PROGRESS, LATENESS = "pos_progress", "pos_lateness"

IRREGULAR = ("Demand", "Amortized debt", "Returned to the store", "Canceled")


def statements_of(period: Text) -> Text:
    return Text(
        f"monthly statements of past loans in {period.en}",
        f"les relevés mensuels des crédits passés {de(period.fr)}",
    )


ALL = Scope("", Text("monthly statements of past loans", "les relevés mensuels des crédits passés"))
M6, M12, M24 = last_months("MONTHS_BALANCE", 6, 12, 24, rows=statements_of, days=False)
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

RECIPE: Recipe = {
    ALL: {
        STATEMENTS: ("count",),
        MONTH: ("min", "max"),
        LATE_MONTH: ("max",),
        DELAY: ("max", "mean"),
        REAL_DELAY: ("max", "mean"),
        TERM: ("mean",),
        LEFT: ("mean",),
        IS_LATE: ("share", "sum"),
        IS_REALLY_LATE: ("share",),
    },
    M6: {DELAY: ("max",), IS_REALLY_LATE: ("share",)},
    M12: {DELAY: ("max",), IS_LATE: ("share",), IS_REALLY_LATE: ("share",), LEFT: ("mean",)},
    M24: {DELAY: ("mean",), IS_LATE: ("share",), IS_REALLY_LATE: ("share",)},
    LATEST: {
        STATEMENTS: ("count",),
        REPAID: ("mean",),
        SHORTENED: ("max", "mean"),
        IS_COMPLETED: ("share",),
        IS_IRREGULAR: ("share",),
    },
    RUNNING: {STATEMENTS: ("count",), LEFT: ("sum",), REPAID: ("mean",)},
    LAST_LOAN: {DELAY: ("mean",), REAL_DELAY: ("max",), REPAID: ("max",)},
}
AGGREGATES: tuple[Feature, ...] = features(RECIPE, table="pos_cash_balance", prefix="POS")


def history(pos_cash_balance: Table) -> Table:
    """One row per client: how past consumer and cash loans went (months before the application)."""
    return aggregate(statements(pos_cash_balance), RECIPE, prefix="POS")


def statements(pos_cash_balance: Table) -> Table:
    """The statements, each with what its loan was over all of them and the loan's rank, 1 for the newest.

    A signed contract has not started: its rows are left out. A loan is running or completed by what is left
    to pay, which the status lags behind.
    """
    started = pos_cash_balance.filter(_.NAME_CONTRACT_STATUS.fill_null("") != "Signed")
    return (
        with_loans(started, loans_of(started))
        .mutate(
            STATUS=status(),
            IS_LATEST=_.MONTHS_BALANCE == _.LAST_MONTH,
            LATE_MONTH=(_.SK_DPD_DEF > 0).ifelse(_.MONTHS_BALANCE, None),
            REPAID=1 - ratio(_.CNT_INSTALMENT_FUTURE, _.CNT_INSTALMENT),
            SHORTENED=_.LONGEST - _.CNT_INSTALMENT,
            IS_LATE=_.SK_DPD > 0,
            IS_REALLY_LATE=_.SK_DPD_DEF > 0,
        )
        .mutate(IS_COMPLETED=_.STATUS == "Completed", IS_IRREGULAR=_.STATUS.isin(IRREGULAR))
    )


def loans_of(started: Table) -> Table:
    loans = started.group_by(CLIENT, LOAN).aggregate(
        LOAN_START=started.MONTHS_BALANCE.min(),
        LAST_MONTH=started.MONTHS_BALANCE.max(),
        LONGEST=started.CNT_INSTALMENT.max(),
    )
    return ranked(loans, "LOAN_START", LOAN, name="LOAN_RANK")


def status() -> ibis.Deferred:
    return ibis.cases(
        ((_.NAME_CONTRACT_STATUS == "Completed") & (_.CNT_INSTALMENT_FUTURE > 0), "Active"),
        ((_.NAME_CONTRACT_STATUS == "Active") & (_.CNT_INSTALMENT_FUTURE == 0), "Completed"),
        else_=_.NAME_CONTRACT_STATUS,
    )
