"""One row per previous application, with its price, its course and what is left to pay."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.history.previous.flags import CONDITIONS
from scoring.ml.features.spec.aggregations import CLIENT, exact_sum, ratio
from scoring.ml.features.spec.windows import LOAN, with_rank, with_rank_from_first

# 365243 days stands for "no date".
NO_DATE = 365_243
DATES = (
    "DAYS_FIRST_DRAWING",
    "DAYS_FIRST_DUE",
    "DAYS_LAST_DUE_1ST_VERSION",
    "DAYS_LAST_DUE",
    "DAYS_TERMINATION",
)
# A zero in these means that nothing was agreed, not that the amount was zero.
AGREED_TERMS = ("AMT_APPLICATION", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "CNT_PAYMENT")
YIELD_CLASSES = {"low_action": 1, "low_normal": 2, "middle": 3, "high": 4}


def applications(previous_application: Table, installments_payments: Table | None) -> Table:
    """Return the previous applications, ranked from the newest, with the columns that the measures read.

    What was paid so far is missing where the payments of instalments were not provided.
    """
    cleaned = previous_application.mutate(
        **{column: previous_application[column].nullif(NO_DATE) for column in DATES},
        **{column: previous_application[column].nullif(0) for column in AGREED_TERMS},
    )
    paid = with_payments(cleaned, installments_payments)
    ordered = with_rank_from_first(with_rank(paid, "DAYS_DECISION", LOAN), "DAYS_DECISION", LOAN)
    newest_first = ibis.window(group_by=CLIENT, order_by="RANK")
    return (
        ordered.mutate(
            GAP=_.DAYS_DECISION - _.DAYS_DECISION.lead().over(newest_first),
            ASKED_TO_GRANTED=ratio(_.AMT_APPLICATION, _.AMT_CREDIT),
            CREDIT_TO_ANNUITY=ratio(_.AMT_CREDIT, _.AMT_ANNUITY),
            CREDIT_TO_GOODS=ratio(_.AMT_CREDIT, _.AMT_GOODS_PRICE),
            INTEREST_SHARE=ratio(_.CNT_PAYMENT * _.AMT_ANNUITY, _.AMT_CREDIT) - 1,
            MONTHLY_RATE=monthly_rate(),
            EARLY_END=_.DAYS_LAST_DUE_1ST_VERSION - _.DAYS_LAST_DUE,
            YIELD_CLASS=_.NAME_YIELD_GROUP.cases(*YIELD_CLASSES.items(), else_=None),
            IS_RUNNING=is_running(),
            INSTALMENTS_PAID=instalments_paid(),
            SIMPLE_RATE=simple_rate(),
            ASKED_LESS_GRANTED=_.AMT_APPLICATION - _.AMT_CREDIT,
            COST_TO_GOODS=ratio(_.CNT_PAYMENT * _.AMT_ANNUITY, _.AMT_GOODS_PRICE),
            RUN=_.DAYS_TERMINATION - _.DAYS_DECISION,
            **{flag.column: condition for flag, condition in CONDITIONS.items()},
        )
        .mutate(
            UNPAID=_.CNT_PAYMENT - _.INSTALMENTS_PAID,
            REPAID=ratio(_.INSTALMENTS_PAID, _.CNT_PAYMENT),
        )
        .mutate(
            REMAINING_DEBT=_.UNPAID * _.AMT_ANNUITY,
            DUE_WITHIN_6M=at_most(_.UNPAID, 6) * _.AMT_ANNUITY,
            DUE_WITHIN_12M=at_most(_.UNPAID, 12) * _.AMT_ANNUITY,
            PAID_SHARE=ratio(_.PAID_SO_FAR, _.CNT_PAYMENT * _.AMT_ANNUITY),
            CREDIT_LESS_PAID=_.AMT_CREDIT - _.PAID_SO_FAR,
            BEHIND=_.INSTALMENTS_PAID * _.AMT_ANNUITY - _.PAID_SO_FAR,
        )
    )


def with_payments(applications: Table, installments_payments: Table | None) -> Table:
    """Add what was paid on each loan so far and whether any of it came late."""
    if installments_payments is None:
        return applications.mutate(PAID_SO_FAR=ibis.null("float64"), WAS_LATE=ibis.null("boolean"))
    payments = installments_payments
    late = payments.DAYS_ENTRY_PAYMENT > payments.DAYS_INSTALMENT
    loans = payments.group_by(CLIENT, LOAN).aggregate(
        PAID_SO_FAR=exact_sum(payments.AMT_PAYMENT), WAS_LATE=late.any()
    )
    return applications.left_join(loans, [CLIENT, LOAN]).drop(f"{CLIENT}_right", f"{LOAN}_right")


def is_running() -> ibis.Deferred:
    """Return whether a loan is approved and its last due date lies ahead or is not set."""
    return (_.NAME_CONTRACT_STATUS == "Approved") & (_.DAYS_LAST_DUE.fill_null(NO_DATE) > 0)


def at_most(number: ibis.Deferred, maximum: int) -> ibis.Deferred:
    return (number < maximum).ifelse(number, 0 * number + maximum)


def simple_rate() -> ibis.Deferred:
    """Compute the yearly rate by the constant-ratio rule: 24 x interest / (credit x (term + 1))."""
    interest = _.CNT_PAYMENT * _.AMT_ANNUITY - _.AMT_CREDIT
    return ratio(24 * interest, _.AMT_CREDIT * (_.CNT_PAYMENT + 1))


def monthly_rate() -> ibis.Deferred:
    """Approximate the monthly interest rate of an annuity loan, in closed form.

    Francis Baily's approximation (1808): with h = (n*annuity/credit)^(2/(n+1)) - 1, the rate is
    h*(12 - (n-1)*h) / (12 - 2*(n-1)*h). Missing where the instalments do not pay back the credit.
    """
    n = _.CNT_PAYMENT
    multiple = ratio(n * _.AMT_ANNUITY, _.AMT_CREDIT)
    h = ibis.ifelse((multiple >= 1) & (n > 1), multiple, None).pow(2 / (n + 1)) - 1
    return ratio(h * (12 - (n - 1) * h), 12 - 2 * (n - 1) * h)


def instalments_paid() -> ibis.Deferred:
    """Count the monthly instalments that have fallen due since the first, at most the agreed number."""
    due = (-_.DAYS_FIRST_DUE / 30).ceil().cast("float64")
    started = (due > 0).ifelse(due, 0.0)
    return (started < _.CNT_PAYMENT).ifelse(started, _.CNT_PAYMENT)
