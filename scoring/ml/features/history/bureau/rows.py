"""One row per reported loan at another lender, with columns computed from that loan alone."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT, ratio
from scoring.ml.features.spec.windows import DAYS_PER_MONTH, with_rank, with_rank_from_first

LOAN = "SK_ID_BUREAU"

# Reported dates go back eight years at most; a few are errors of a century.
EARLIEST_DAY = -40_000
NAMED_TYPES = ("Consumer credit", "Credit card", "Car loan", "Mortgage", "Microloan")


def loans_of(bureau: Table) -> Table:
    """Return the reported loans, ranked from the newest, with the columns that the measures read."""
    cleaned = bureau.mutate(
        **{
            column: (bureau[column] > EARLIEST_DAY).ifelse(bureau[column], None)
            for column in ("DAYS_CREDIT_ENDDATE", "DAYS_ENDDATE_FACT", "DAYS_CREDIT_UPDATE")
        }
    )
    ordered = with_rank_from_first(with_rank(cleaned, "DAYS_CREDIT", LOAN), "DAYS_CREDIT", LOAN)
    newest_first = ibis.window(group_by=CLIENT, order_by="RANK")
    return ordered.mutate(
        MONTH=_.DAYS_CREDIT / DAYS_PER_MONTH,
        GAP=_.DAYS_CREDIT - _.DAYS_CREDIT.lead().over(newest_first),
        DURATION=_.DAYS_CREDIT_ENDDATE - _.DAYS_CREDIT,
        EARLY_END=_.DAYS_CREDIT_ENDDATE - _.DAYS_ENDDATE_FACT,
        DEBT_RATIO=ratio(_.AMT_CREDIT_SUM_DEBT, _.AMT_CREDIT_SUM),
        REMAINING_CREDIT=_.AMT_CREDIT_SUM * time_left(),
        OVERDUE_RATIO=ratio(_.AMT_CREDIT_MAX_OVERDUE, _.AMT_CREDIT_SUM),
        WAS_OVERDUE=_.AMT_CREDIT_MAX_OVERDUE > 0,
        IS_ACTIVE=_.CREDIT_ACTIVE == "Active",
        ENDS_LATER=_.DAYS_CREDIT_ENDDATE > 0,
        IS_CARD=_.CREDIT_TYPE == "Credit card",
        IS_CAR=_.CREDIT_TYPE == "Car loan",
        IS_MORTGAGE=_.CREDIT_TYPE == "Mortgage",
        IS_MICRO=_.CREDIT_TYPE == "Microloan",
        IS_CONSUMER=_.CREDIT_TYPE == "Consumer credit",
        IS_OTHER=_.CREDIT_TYPE.notin(NAMED_TYPES),
        IS_CLOSED=_.CREDIT_ACTIVE == "Closed",
        IS_SOLD=_.CREDIT_ACTIVE.isin(("Sold", "Bad debt")),
        ENDED_EARLY=_.DAYS_ENDDATE_FACT < _.DAYS_CREDIT_ENDDATE,
        ENDED_LATE=_.DAYS_ENDDATE_FACT > _.DAYS_CREDIT_ENDDATE,
        CREDIT_LESS_DEBT=_.AMT_CREDIT_SUM - _.AMT_CREDIT_SUM_DEBT,
        DEBT_TO_LIMIT=ratio(_.AMT_CREDIT_SUM_DEBT, _.AMT_CREDIT_SUM_LIMIT),
        DEBT_AND_LIMIT=_.AMT_CREDIT_SUM_DEBT + _.AMT_CREDIT_SUM_LIMIT,
        DEBT_PER_DAY=ratio(_.AMT_CREDIT_SUM_DEBT, -_.DAYS_CREDIT),
        CREDIT_TO_ANNUITY=ratio(_.AMT_CREDIT_SUM, _.AMT_ANNUITY),
        TIME_LEFT=time_left(),
        OVERDUE_NOW=ratio(_.AMT_CREDIT_SUM_OVERDUE, _.AMT_CREDIT_SUM),
        RECENCY=(_.DAYS_CREDIT / 365).exp(),
    ).mutate(
        RECENT_CREDIT=_.AMT_CREDIT_SUM * _.RECENCY,
        RECENT_DEBT=_.AMT_CREDIT_SUM_DEBT * _.RECENCY,
        RECENT_OVERDUE=_.AMT_CREDIT_MAX_OVERDUE * _.RECENCY,
    )


def time_left() -> ibis.Deferred:
    """Return the part of a loan's planned length that lies after the application, from 0 to 1."""
    length = (_.DAYS_CREDIT_ENDDATE - _.DAYS_CREDIT).nullif(0)
    return (_.DAYS_CREDIT_ENDDATE / length).clip(0, 1)
