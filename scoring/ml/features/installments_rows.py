"""Instalments put together from their payments, with how late and how fully each was paid."""

from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import CLIENT, ROWS, ratio, total
from scoring.ml.features.windows import LOAN, ranked, with_loans

INSTALMENT = (CLIENT, LOAN, "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION")

# Payments differ from what is due by rounding; less than this is not a shortfall.
ROUNDING = 1.0


def instalments(installments_payments: Table) -> Table:
    """One row per instalment of a loan and version of its calendar, newest first by RANK.

    An instalment may be paid in parts: their amounts are summed, and it is as late as its last part.
    `DELAY` is signed, paid minus due in days: positive is late, negative is early.
    """
    parts = installments_payments
    whole = parts.group_by(*INSTALMENT).aggregate(
        parts.count().name(ROWS),
        parts.DAYS_INSTALMENT.min().name("DUE"),
        parts.DAYS_ENTRY_PAYMENT.max().name("PAID"),
        parts.AMT_INSTALMENT.max().name("AMT_INSTALMENT"),
        total(parts.AMT_PAYMENT).name("AMT_PAYMENT"),
    )
    return ranked(with_loans(judged(whole), loans_of(parts)), "DUE", *INSTALMENT[1:])


def loans_of(parts: Table) -> Table:
    """The loans, ranked within a client by their first due date, 1 for the newest."""
    loans = parts.group_by(CLIENT, LOAN).aggregate(LOAN_START=parts.DAYS_INSTALMENT.min())
    return ranked(loans, "LOAN_START", LOAN, name="LOAN_RANK")


def judged(whole: Table) -> Table:
    """The instalments with how late and how fully each was paid, and when it fell due if it was not."""
    paid = whole.mutate(
        DELAY=_.PAID - _.DUE,
        PAID_RATIO=ratio(_.AMT_PAYMENT, _.AMT_INSTALMENT),
        SHORTFALL=_.AMT_INSTALMENT - _.AMT_PAYMENT,
        IN_PARTS=_[ROWS] > 1,
    ).mutate(
        DAYS_LATE=(_.DELAY > 0).ifelse(_.DELAY, 0 * _.DELAY),
        IS_LATE=_.DELAY > 0,
        IS_LATE_7=_.DELAY > 7,
        IS_LATE_30=_.DELAY > 30,
        IS_UNDERPAID=_.SHORTFALL > ROUNDING,
        IS_OVERPAID=_.SHORTFALL < -ROUNDING,
    )
    return paid.mutate(
        LATE_DUE=_.IS_LATE.ifelse(_.DUE, None),
        LATE_7_DUE=_.IS_LATE_7.ifelse(_.DUE, None),
        UNDERPAID_DUE=_.IS_UNDERPAID.ifelse(_.DUE, None),
        RECENT_LATENESS=_.DAYS_LATE * (_.DUE / 365).exp(),
    )
