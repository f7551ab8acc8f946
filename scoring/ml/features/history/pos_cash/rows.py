"""One row per monthly statement of a past loan with us, with columns of its loan."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT, ratio
from scoring.ml.features.spec.windows import LOAN, with_loans, with_rank

IRREGULAR = ("Demand", "Amortized debt", "Returned to the store", "Canceled")


def statements(pos_cash_balance: Table) -> Table:
    """Return the statements, each with a summary of its loan and the loan's rank, 1 for the newest.

    A signed contract has not started: its rows are left out. A loan is running or completed by what is left
    to pay, which the status lags behind.
    """
    started = pos_cash_balance.filter(_.NAME_CONTRACT_STATUS.fill_null("") != "Signed")
    return (
        with_loans(started, loan_summaries(started))
        .mutate(
            STATUS=status(),
            IS_LATEST=_.MONTHS_BALANCE == _.LAST_MONTH,
            LATE_MONTH=(_.SK_DPD_DEF > 0).ifelse(_.MONTHS_BALANCE, None),
            MONTH=_.MONTHS_BALANCE,
            REPAID=1 - ratio(_.CNT_INSTALMENT_FUTURE, _.CNT_INSTALMENT),
            SHORTENED=_.LONGEST - _.CNT_INSTALMENT,
            SHORTENED_SHARE=ratio(_.LONGEST - _.CNT_INSTALMENT, _.LONGEST),
            TOLERATED=_.SK_DPD - _.SK_DPD_DEF,
            IS_LATE=_.SK_DPD > 0,
            IS_REALLY_LATE=_.SK_DPD_DEF > 0,
        )
        .mutate(
            IS_RUNNING=_.STATUS == "Active",
            IS_COMPLETED=_.STATUS == "Completed",
            IS_IRREGULAR=_.STATUS.isin(IRREGULAR),
        )
    )


def loan_summaries(started: Table) -> Table:
    loans = started.group_by(CLIENT, LOAN).aggregate(
        LOAN_START=started.MONTHS_BALANCE.min(),
        LAST_MONTH=started.MONTHS_BALANCE.max(),
        LONGEST=started.CNT_INSTALMENT.max(),
    )
    return with_rank(loans, "LOAN_START", LOAN, name="LOAN_RANK")


def status() -> ibis.Deferred:
    return ibis.cases(
        ((_.NAME_CONTRACT_STATUS == "Completed") & (_.CNT_INSTALMENT_FUTURE > 0), "Active"),
        ((_.NAME_CONTRACT_STATUS == "Active") & (_.CNT_INSTALMENT_FUTURE == 0), "Completed"),
        else_=_.NAME_CONTRACT_STATUS,
    )
