"""What follows from one previous application alone: its price, its course and what is left of it."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import CLIENT, ratio
from scoring.ml.features.windows import ranked

# 365243 days stands for "no date".
NO_DATE = 365_243
DATES = (
    "DAYS_FIRST_DRAWING",
    "DAYS_FIRST_DUE",
    "DAYS_LAST_DUE_1ST_VERSION",
    "DAYS_LAST_DUE",
    "DAYS_TERMINATION",
)
# A zero in these says that nothing was agreed, not that the amount was nothing.
AGREED = ("AMT_APPLICATION", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "CNT_PAYMENT")
YIELD_CLASSES = {"low_action": 1, "low_normal": 2, "middle": 3, "high": 4}


def applications(previous_application: Table) -> Table:
    """The previous applications, newest first by RANK, each with its price, its course and its flags."""
    known = previous_application.mutate(
        **{column: previous_application[column].nullif(NO_DATE) for column in DATES},
        **{column: previous_application[column].nullif(0) for column in AGREED},
    )
    ordered = ranked(known, "DAYS_DECISION", "SK_ID_PREV")
    newest_first = ibis.window(group_by=CLIENT, order_by="RANK")
    return ordered.mutate(
        GAP=_.DAYS_DECISION - _.DAYS_DECISION.lead().over(newest_first),
        ASKED_TO_GRANTED=ratio(_.AMT_APPLICATION, _.AMT_CREDIT),
        CREDIT_TO_ANNUITY=ratio(_.AMT_CREDIT, _.AMT_ANNUITY),
        CREDIT_TO_GOODS=ratio(_.AMT_CREDIT, _.AMT_GOODS_PRICE),
        INTEREST_SHARE=ratio(_.CNT_PAYMENT * _.AMT_ANNUITY, _.AMT_CREDIT) - 1,
        MONTHLY_RATE=monthly_rate(),
        EARLY_END=_.DAYS_LAST_DUE_1ST_VERSION - _.DAYS_LAST_DUE,
        YIELD_CLASS=_.NAME_YIELD_GROUP.cases(*YIELD_CLASSES.items(), else_=None),
        IS_RUNNING=(_.NAME_CONTRACT_STATUS == "Approved") & (_.DAYS_LAST_DUE.fill_null(1) > 0),
        INSTALMENTS_PAID=instalments_paid(),
        **FLAGS,
    ).mutate(
        REMAINING_DEBT=(_.CNT_PAYMENT - _.INSTALMENTS_PAID) * _.AMT_ANNUITY,
        REPAID=ratio(_.INSTALMENTS_PAID, _.CNT_PAYMENT),
    )


FLAGS = {
    "IS_APPROVED": _.NAME_CONTRACT_STATUS == "Approved",
    "IS_REFUSED": _.NAME_CONTRACT_STATUS == "Refused",
    "IS_CANCELLED": _.NAME_CONTRACT_STATUS == "Canceled",
    "IS_UNUSED": _.NAME_CONTRACT_STATUS == "Unused offer",
    "IS_CASH": _.NAME_CONTRACT_TYPE == "Cash loans",
    "IS_CONSUMER": _.NAME_CONTRACT_TYPE == "Consumer loans",
    "IS_REVOLVING": _.NAME_CONTRACT_TYPE == "Revolving loans",
    "IS_WALK_IN": _.NAME_PRODUCT_TYPE == "walk-in",
    "IS_CROSS_SELL": _.NAME_PRODUCT_TYPE == "x-sell",
    "IS_FIRST_TIME": _.NAME_CLIENT_TYPE == "New",
    "IS_INSURED": _.NFLAG_INSURED_ON_APPROVAL,
    "FOR_POLICY": _.CODE_REJECT_REASON == "HC",
    "FOR_LIMIT": _.CODE_REJECT_REASON == "LIMIT",
    "FOR_SCORE": _.CODE_REJECT_REASON.isin(("SCO", "SCOFR")),
}


def monthly_rate() -> ibis.Deferred:
    """The monthly interest rate of an annuity loan, in closed form.

    Francis Baily's approximation (1808): with h = (n*annuity/credit)^(2/(n+1)) - 1, the rate is
    h*(12 - (n-1)*h) / (12 - 2*(n-1)*h). Missing where the instalments do not pay back the credit.
    """
    n = _.CNT_PAYMENT
    multiple = ratio(n * _.AMT_ANNUITY, _.AMT_CREDIT)
    h = ibis.ifelse((multiple >= 1) & (n > 1), multiple, None).pow(2 / (n + 1)) - 1
    return ratio(h * (12 - (n - 1) * h), 12 - 2 * (n - 1) * h)


def instalments_paid() -> ibis.Deferred:
    """How many monthly instalments have fallen due since the first one, at most the agreed number."""
    due = (-_.DAYS_FIRST_DUE / 30).ceil().cast("float64")
    started = (due > 0).ifelse(due, 0.0)
    return (started < _.CNT_PAYMENT).ifelse(started, _.CNT_PAYMENT)
