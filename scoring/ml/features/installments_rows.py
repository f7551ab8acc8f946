"""Instalments put together from their payments, with how late and how fully each was paid."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.aggregation import CLIENT, ROWS, ratio, total
from scoring.ml.features.windows import ranked

INSTALMENT = (CLIENT, "SK_ID_PREV", "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION")

# Payments differ from what is due by rounding; less than this is not a shortfall.
ROUNDING = 1.0


def instalments(installments_payments: Table) -> Table:
    """One row per instalment of a loan and version of its calendar.

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
    paid = (
        whole.mutate(
            DELAY=_.PAID - _.DUE,
            PAID_RATIO=ratio(_.AMT_PAYMENT, _.AMT_INSTALMENT),
            SHORTFALL=_.AMT_INSTALMENT - _.AMT_PAYMENT,
            IN_PARTS=_[ROWS] > 1,
        )
        .mutate(
            DAYS_LATE=(_.DELAY > 0).ifelse(_.DELAY, 0.0 * _.DELAY),
            WEIGHTED_DELAY=_.DELAY * _.PAID_RATIO,
            IS_LATE=_.DELAY > 0,
            IS_LATE_7=_.DELAY > 7,
            IS_LATE_30=_.DELAY > 30,
            IS_UNDERPAID=_.SHORTFALL > ROUNDING,
            IS_OVERPAID=_.SHORTFALL < -ROUNDING,
        )
        .mutate(
            LATE_DUE=_.IS_LATE.ifelse(_.DUE, None),
            LATE_7_DUE=_.IS_LATE_7.ifelse(_.DUE, None),
            UNDERPAID_DUE=_.IS_UNDERPAID.ifelse(_.DUE, None),
            RECENT_LATENESS=_.DAYS_LATE * (_.DUE / 365).exp(),
        )
    )
    started = paid.mutate(LOAN_START=_.DUE.min().over(ibis.window(group_by="SK_ID_PREV")))
    loans = ranked(started, "LOAN_START", "SK_ID_PREV", name="LOAN_RANK")
    return ranked(loans, "DUE", "SK_ID_PREV", "NUM_INSTALMENT_NUMBER", "NUM_INSTALMENT_VERSION")
