"""One row per instalment, combined from its payments, with how late and how fully it was paid."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.history.previous.rows import is_running
from scoring.ml.features.spec.aggregations import CLIENT, DEFAULT_SCALE, ROWS, exact_sum, ratio, scaled
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.windows import DAYS_PER_MONTH, LOAN, with_loans, with_rank

INSTALMENT = (CLIENT, LOAN, "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION")
INSTALMENT_ORDER = ("DUE", "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION")

# An instalment of which a smaller part than this came late counts as paid in time.
INSIGNIFICANT = 0.05

# Payments differ from what is due by rounding; less than this is not a shortfall.
ROUNDING = 1.0


def instalments(installments_payments: Table, previous_application: Table | None) -> Table:
    """Return one row per instalment of a loan and version of its calendar, ranked from the newest.

    An instalment may be paid in parts: their amounts are summed, and it is as late as its last part.
    `DELAY` is signed, paid minus due in days: positive is late, negative is early. The contract type of its
    loan is unknown where the previous applications were not provided.
    """
    payments = installments_payments
    loans = with_contracts(loans_of(payments), previous_application)
    ranked = with_rank(with_loans(combine_payments(payments), loans), "DUE", *INSTALMENT[1:])
    # Lateness last: DuckDB sorts the rows for every rank and sum before it, with all the columns they have.
    return with_lateness(with_months(ranked))


def combine_payments(payments: Table) -> Table:
    """Combine the payments of each instalment."""
    late = payments.DAYS_ENTRY_PAYMENT > payments.DAYS_INSTALMENT
    return payments.group_by(*INSTALMENT).aggregate(
        payments.count().name(ROWS),
        payments.DAYS_INSTALMENT.min().name("DUE"),
        payments.DAYS_ENTRY_PAYMENT.max().name("PAID"),
        payments.AMT_INSTALMENT.max().name("AMT_INSTALMENT"),
        exact_sum(payments.AMT_PAYMENT).name("AMT_PAYMENT"),
        exact_sum(late.ifelse(payments.AMT_PAYMENT, None)).name("AMT_PAID_LATE"),
    )


def loans_of(payments: Table) -> Table:
    """Return the loans, ranked within a client by their first due date, 1 for the newest."""
    loans = payments.group_by(CLIENT, LOAN).aggregate(LOAN_START=payments.DAYS_INSTALMENT.min())
    return with_rank(loans, "LOAN_START", LOAN, name="LOAN_RANK")


def with_contracts(loans: Table, previous_application: Table | None) -> Table:
    """Add each loan's contract type and whether it is still running."""
    if previous_application is None:
        return loans.mutate(NAME_CONTRACT_TYPE=ibis.null("string"), IS_RUNNING=ibis.null("boolean"))
    contracts = previous_application.select(CLIENT, LOAN, "NAME_CONTRACT_TYPE", IS_RUNNING=is_running())
    return loans.left_join(contracts, [CLIENT, LOAN]).drop(f"{CLIENT}_right", f"{LOAN}_right")


def with_months(rows: Table) -> Table:
    """Add when each instalment fell due in months, and all that was paid in the same month."""
    in_month = ibis.window(group_by=[CLIENT, (rows.PAID / DAYS_PER_MONTH).floor()])
    in_loan = ibis.window(group_by=[CLIENT, LOAN], order_by=INSTALMENT_ORDER)
    paid = scaled(rows.AMT_PAYMENT, Unit.MONEY).sum().over(in_month).cast("float64") / DEFAULT_SCALE
    return rows.mutate(
        MONTH=rows.DUE / DAYS_PER_MONTH,
        MONTH_PAID=rows.PAID.notnull().ifelse(paid, None),
        INTERVAL=rows.PAID - rows.PAID.lag().over(in_loan),
    )


def with_lateness(instalments: Table) -> Table:
    """Add how late and how fully each instalment was paid."""
    paid = instalments.mutate(
        DELAY=_.PAID - _.DUE,
        PAID_RATIO=ratio(_.AMT_PAYMENT, _.AMT_INSTALMENT),
        SHORTFALL=_.AMT_INSTALMENT - _.AMT_PAYMENT,
        PARTS=_[ROWS],
        IN_PARTS=_[ROWS] > 1,
        IS_UNPAID=_.PAID.isnull(),
        UNPAID_AMOUNT=_.PAID.isnull().ifelse(_.AMT_INSTALMENT, None),
        LATE_PART=_.PAID.notnull().ifelse(ratio(_.AMT_PAID_LATE.fill_null(0), _.AMT_INSTALMENT), None),
        RECENCY=(_.DUE / 365).exp(),
    ).mutate(
        DAYS_LATE=(_.DELAY > 0).ifelse(_.DELAY, 0 * _.DELAY),
        DAYS_EARLY=(_.DELAY < 0).ifelse(-_.DELAY, 0 * _.DELAY),
        WEIGHTED_DELAY=_.PAID_RATIO * _.DELAY,
        IS_LATE=_.DELAY > 0,
        IS_LATE_3=_.DELAY > 3,
        IS_LATE_7=_.DELAY > 7,
        IS_LATE_15=_.DELAY > 15,
        IS_LATE_30=_.DELAY > 30,
        IS_UNDERPAID=_.SHORTFALL > ROUNDING,
        IS_OVERPAID=_.SHORTFALL < -ROUNDING,
    )
    return paid.mutate(
        IS_MOSTLY_LATE=_.LATE_PART > INSIGNIFICANT,
        IS_LATE_IN_PARTS=_.IS_LATE & _.IN_PARTS,
        LATE_DUE=_.IS_LATE.ifelse(_.DUE, None),
        LATE_7_DUE=_.IS_LATE_7.ifelse(_.DUE, None),
        UNDERPAID_DUE=_.IS_UNDERPAID.ifelse(_.DUE, None),
        LATE_NUMBER=_.IS_LATE.ifelse(_.NUM_INSTALMENT_NUMBER, None),
        LATE_7_NUMBER=_.IS_LATE_7.ifelse(_.NUM_INSTALMENT_NUMBER, None),
        LATE_30_NUMBER=_.IS_LATE_30.ifelse(_.NUM_INSTALMENT_NUMBER, None),
        RECENT_LATENESS=_.DAYS_LATE * _.RECENCY,
        RECENT_LEAD=_.DAYS_EARLY * _.RECENCY,
        RECENT_SHORTFALL=_.SHORTFALL * _.RECENCY,
        RECENT_PAID=_.AMT_PAYMENT * _.RECENCY,
    )
