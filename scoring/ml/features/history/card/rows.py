"""One row per client and month of credit cards with us, over all the client's cards."""

import ibis
from ibis import _
from ibis.expr.types import Table

from scoring.ml.features.spec.aggregations import CLIENT, ROWS, exact_sum, ratio
from scoring.ml.features.spec.windows import with_rank

SUMMED = (
    "AMT_BALANCE",
    "AMT_CREDIT_LIMIT_ACTUAL",
    "AMT_DRAWINGS_CURRENT",
    "AMT_DRAWINGS_ATM_CURRENT",
    "AMT_DRAWINGS_POS_CURRENT",
    "AMT_DRAWINGS_OTHER_CURRENT",
    "AMT_PAYMENT_TOTAL_CURRENT",
    "AMT_INST_MIN_REGULARITY",
    "AMT_RECEIVABLE_PRINCIPAL",
    "AMT_TOTAL_RECEIVABLE",
    "CNT_DRAWINGS_CURRENT",
    "CNT_DRAWINGS_ATM_CURRENT",
    "CNT_DRAWINGS_POS_CURRENT",
)
MAXIMUMS = ("SK_DPD", "SK_DPD_DEF", "CNT_INSTALMENT_MATURE_CUM")


def months(credit_card_balance: Table) -> Table:
    """Combine a client's cards by month (amounts summed, the worst delay), ranked from the newest month."""
    cards = credit_card_balance
    monthly = cards.group_by(CLIENT, "MONTHS_BALANCE").aggregate(
        cards.count().name(ROWS),
        cards.count().name("CARDS"),
        (cards.NAME_CONTRACT_STATUS == "Active").any().name("IS_OPEN"),
        **{column: exact_sum(cards[column]) for column in SUMMED},
        **{column: cards[column].max() for column in MAXIMUMS},
    )
    ordered = with_rank(monthly, "MONTHS_BALANCE")
    newest_first = ibis.window(group_by=CLIENT, order_by="RANK")
    return ordered.mutate(
        UTILISATION=ratio(_.AMT_BALANCE, _.AMT_CREDIT_LIMIT_ACTUAL),
        DRAWN_TO_LIMIT=ratio(_.AMT_DRAWINGS_CURRENT, _.AMT_CREDIT_LIMIT_ACTUAL),
        CASH_SHARE=ratio(_.AMT_DRAWINGS_ATM_CURRENT, _.AMT_DRAWINGS_CURRENT),
        PAID_TO_MINIMUM=ratio(_.AMT_PAYMENT_TOTAL_CURRENT, _.AMT_INST_MIN_REGULARITY),
        CHARGES=_.AMT_TOTAL_RECEIVABLE - _.AMT_RECEIVABLE_PRINCIPAL,
        MONTH=_.MONTHS_BALANCE,
        RECENCY=(_.MONTHS_BALANCE / 12).exp(),
        CASH_TO_LIMIT=ratio(_.AMT_DRAWINGS_ATM_CURRENT, _.AMT_CREDIT_LIMIT_ACTUAL),
        PRINCIPAL_SHARE=ratio(_.AMT_RECEIVABLE_PRINCIPAL, _.AMT_TOTAL_RECEIVABLE),
        PAID_LESS_MINIMUM=_.AMT_PAYMENT_TOTAL_CURRENT - _.AMT_INST_MIN_REGULARITY,
        TOLERATED=_.SK_DPD - _.SK_DPD_DEF,
        CHANGE=_.AMT_BALANCE - _.AMT_BALANCE.lead().over(newest_first),
        IS_LATE=_.SK_DPD > 0,
        IS_REALLY_LATE=_.SK_DPD_DEF > 0,
        IS_OVER_LIMIT=_.AMT_BALANCE > _.AMT_CREDIT_LIMIT_ACTUAL,
        IS_USED=_.AMT_BALANCE > 0,
        IS_BELOW_MINIMUM=_.AMT_PAYMENT_TOTAL_CURRENT < _.AMT_INST_MIN_REGULARITY,
        LATE_MONTH=(_.SK_DPD > 0).ifelse(_.MONTHS_BALANCE, None),
        REALLY_LATE_MONTH=(_.SK_DPD_DEF > 7).ifelse(_.MONTHS_BALANCE, None),
    ).mutate(
        CHANGE_RATIO=ratio(_.CHANGE, _.AMT_BALANCE - _.CHANGE),
        RECENT_BALANCE=_.AMT_BALANCE * _.RECENCY,
        RECENT_DRAWINGS=_.AMT_DRAWINGS_CURRENT * _.RECENCY,
        RECENT_CASH=_.AMT_DRAWINGS_ATM_CURRENT * _.RECENCY,
        RECENT_DELAY=_.SK_DPD * _.RECENCY,
    )
