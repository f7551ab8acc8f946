"""Monthly statuses at other lenders, summarised by loan, and by client and month over all loans."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT, DEFAULT_SCALE, count_where, ratio, scaled
from scoring.ml.features.spec.feature import Unit

LOAN = "SK_ID_BUREAU"

# STATUS: 0 on time, 1 to 5 the classes of delay (1-30, 31-60, 61-90, 91-120, more or written off), C closed,
# X unknown.
DELAY_CLASSES = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "C": 0}
COUNTED_CLASSES = (1, 2, 5)


def loan_summaries(bureau_balance: Table) -> Table:
    """Summarise the months by loan: how many, how many of them late, how badly and when last."""
    months = bureau_balance.mutate(CLASS=delay_class())
    late = months.CLASS > 0
    recent, recent_24 = months.MONTHS_BALANCE >= -12, months.MONTHS_BALANCE >= -24
    summaries = months.group_by("SK_ID_BUREAU").aggregate(
        ROWS=months.count(),
        MONTHS=months.count(),
        MONTHS_12M=count_where(recent),
        KNOWN_MONTHS=months.CLASS.count(),
        CLOSED_MONTHS=count_where(months.STATUS == "C"),
        LATE_MONTHS=count_where(late),
        LATE_MONTHS_12M=count_where(late & recent),
        LATE_MONTHS_24M=count_where(late & recent_24),
        FIRST_MONTH=months.MONTHS_BALANCE.min(),
        LAST_MONTH=months.MONTHS_BALANCE.max(),
        LAST_LATE_MONTH=months.MONTHS_BALANCE.max(where=late),
        WORST_CLASS=months.CLASS.max(),
        CLASS_SUM=months.CLASS.sum(),
        CLASS_DECAYED=(
            scaled(months.CLASS * (months.MONTHS_BALANCE / 12).exp(), Unit.NUMBER).sum() / DEFAULT_SCALE
        ),
        ON_TIME_MONTHS=count_where(months.STATUS == "0"),
        FIRST_CLOSED_MONTH=months.MONTHS_BALANCE.min(where=months.STATUS == "C"),
        **{f"MONTHS_OF_{n}": count_where(str(n) == months.STATUS) for n in COUNTED_CLASSES},
    )
    return summaries.mutate(
        LATE_SHARE=ratio(_.LATE_MONTHS, _.KNOWN_MONTHS),
        UNKNOWN_SHARE=1 - ratio(_.KNOWN_MONTHS, _.MONTHS),
        CLOSED_SHARE=ratio(_.CLOSED_MONTHS, _.MONTHS),
        LATE_SHARE_12M=ratio(_.LATE_MONTHS_12M, _.MONTHS_12M),
        ON_TIME_SHARE=ratio(_.ON_TIME_MONTHS, _.MONTHS),
        CLASS_MEAN=ratio(_.CLASS_SUM, _.KNOWN_MONTHS),
        **{f"SHARE_{n}": ratio(_[f"MONTHS_OF_{n}"], _.MONTHS) for n in COUNTED_CLASSES},
        EVER_LATE=_.WORST_CLASS > 0,
        EVER_LATE_31=_.WORST_CLASS > 1,
    )


def client_months(bureau_balance: Table, loans: Table) -> Table:
    """Summarise the months by client: how many loans were followed, and their classes of delay."""
    months = bureau_balance.inner_join(loans, LOAN).mutate(CLASS=delay_class())
    monthly = months.group_by(CLIENT, "MONTHS_BALANCE").aggregate(
        ROWS=months.count(),
        CLASSES=months.CLASS.sum(),
        WORST=months.CLASS.max(),
        FOLLOWED=count_where(months.STATUS != "C"),
    )
    return monthly.mutate(MONTH=_.MONTHS_BALANCE, IS_LATE=_.WORST > 0)


def delay_class() -> ibis.Deferred:
    return _.STATUS.cases(*DELAY_CLASSES.items(), else_=None)
