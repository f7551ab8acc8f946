"""Loans at other lenders put together from their monthly statuses, and a client's months over all loans."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT, PART, ratio, whole
from scoring.ml.features.spec.feature import Unit

LOAN = "SK_ID_BUREAU"

# STATUS: 0 on time, 1 to 5 the classes of delay (1-30, 31-60, 61-90, 91-120, more or written off), C closed,
# X unknown.
DELAY_CLASSES = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "C": 0}
TOLD_CLASSES = (1, 2, 5)


def loans_of(bureau_balance: Table) -> Table:
    """One row per loan: how many months, how many of them late, how badly and when last."""
    months = bureau_balance.mutate(CLASS=delay_class())
    late = months.CLASS > 0
    recent, recent_24 = months.MONTHS_BALANCE >= -12, months.MONTHS_BALANCE >= -24
    counted = months.group_by("SK_ID_BUREAU").aggregate(
        ROWS=months.count(),
        MONTHS=months.count(),
        MONTHS_12M=months.count(where=recent),
        KNOWN_MONTHS=months.CLASS.count(),
        CLOSED_MONTHS=months.count(where=months.STATUS == "C"),
        LATE_MONTHS=months.count(where=late),
        LATE_MONTHS_12M=months.count(where=late & recent),
        LATE_MONTHS_24M=months.count(where=late & recent_24),
        FIRST_MONTH=months.MONTHS_BALANCE.min(),
        LAST_MONTH=months.MONTHS_BALANCE.max(),
        LAST_LATE_MONTH=months.MONTHS_BALANCE.max(where=late),
        WORST_CLASS=months.CLASS.max(),
        CLASS_SUM=months.CLASS.sum(),
        CLASS_DECAYED=(whole(months.CLASS * (months.MONTHS_BALANCE / 12).exp(), Unit.NUMBER).sum() / PART),
        ON_TIME_MONTHS=months.count(where=months.STATUS == "0"),
        FIRST_CLOSED_MONTH=months.MONTHS_BALANCE.min(where=months.STATUS == "C"),
        **{f"MONTHS_OF_{n}": months.count(where=str(n) == months.STATUS) for n in TOLD_CLASSES},
    )
    return counted.mutate(
        LATE_SHARE=ratio(_.LATE_MONTHS, _.KNOWN_MONTHS),
        UNKNOWN_SHARE=1 - ratio(_.KNOWN_MONTHS, _.MONTHS),
        CLOSED_SHARE=ratio(_.CLOSED_MONTHS, _.MONTHS),
        LATE_SHARE_12M=ratio(_.LATE_MONTHS_12M, _.MONTHS_12M),
        ON_TIME_SHARE=ratio(_.ON_TIME_MONTHS, _.MONTHS),
        CLASS_MEAN=ratio(_.CLASS_SUM, _.KNOWN_MONTHS),
        **{f"SHARE_{n}": ratio(_[f"MONTHS_OF_{n}"], _.MONTHS) for n in TOLD_CLASSES},
        EVER_LATE=_.WORST_CLASS > 0,
        EVER_LATE_31=_.WORST_CLASS > 1,
    )


def calendar(bureau_balance: Table, owners: Table) -> Table:
    """One row per client and month: how many loans were followed, and how late they were taken together."""
    months = bureau_balance.inner_join(owners, LOAN).mutate(CLASS=delay_class())
    monthly = months.group_by(CLIENT, "MONTHS_BALANCE").aggregate(
        ROWS=months.count(),
        CLASSES=months.CLASS.sum(),
        WORST=months.CLASS.max(),
        FOLLOWED=months.count(where=months.STATUS != "C"),
    )
    return monthly.mutate(MONTH=_.MONTHS_BALANCE, IS_LATE=_.WORST > 0)


def delay_class() -> ibis.Deferred:
    return _.STATUS.cases(*DELAY_CLASSES.items(), else_=None)
