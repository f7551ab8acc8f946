"""Credit cards month by month: limits, drawings and payments by risk band, and the balance they lead to."""

import numpy as np

from scoring.ml.portfolio.bands import NO_HISTORY
from scoring.ml.portfolio.bureau import money
from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.per_client import PerClient, ratio, spread
from scoring.ml.portfolio.previous import open_contracts
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns, Sheet, Trait

DAYS_A_MONTH = 30.44
OLDEST = 96  # months
MINIMUM_PAYMENT = 0.05  # of the limit
PRINCIPAL = 0.96  # of the balance; the rest is interest and fees
LIMIT_STEP = 4500.0
SMALLEST_DRAWING = 450.0
SWING = 0.3
TIMES_A_MONTH = 1.6
PURCHASES_A_WITHDRAWAL = 4

CARD_TRAITS = (
    Trait("LIMIT", given=("TARGET", "CARD_BAND")),
    Trait("USED", given=("TARGET", "CARD_BAND")),
    Trait("DRAWING_SHARE", given=("TARGET", "CARD_BAND"), masked=True),
    Trait("DRAWING_SIZE", given=("TARGET", "CARD_BAND"), masked=True),
    Trait("CASH_SHARE", given=("TARGET", "CARD_BAND"), masked=True),
    Trait("USAGE", given=("TARGET", "CARD_BAND"), masked=True),
    Trait("LATE_SHARE", given=("TARGET", "CARD_BAND")),
    Trait("CLOSED_SHARE", given=("TARGET", "CARD_BAND")),
)


def summary(months: Columns, references: Ids) -> tuple[dict[str, Floats], PerClient]:
    """What card months tell about each of `references` (n,)."""
    per_client = PerClient(references, months["SK_ID_CURR"].astype(np.int64))
    usage = np.clip(ratio(months["AMT_BALANCE"], months["AMT_CREDIT_LIMIT_ACTUAL"]), -1.0, 3.0)
    measured = {
        "USAGE": per_client.mean(usage),
        "DRAWING_SHARE": per_client.mean(months["AMT_DRAWINGS_CURRENT"] > 0),
        "CASH_WITHDRAWALS": per_client.mean(months["CNT_DRAWINGS_ATM_CURRENT"]),
        "LATE_SHARE": per_client.mean(months["SK_DPD"] > 0),
        "LIMIT": per_client.max(months["AMT_CREDIT_LIMIT_ACTUAL"]),
        "MONTHS": per_client.rows.astype(np.float64),
    }
    return measured, per_client


def fold(months: Columns, cards: Ids, clients: Columns) -> dict[str, Values]:
    """The traits of real `cards` (n,) from their months; `clients` (n,): each one's."""
    per_card = PerClient(cards, months["SK_ID_PREV"].astype(np.int64))
    limit, drawn = months["AMT_CREDIT_LIMIT_ACTUAL"], months["AMT_DRAWINGS_CURRENT"]
    balance = np.maximum(months["AMT_BALANCE"], 0.0)
    open_months = limit > 0
    used = per_card.max(balance) > 0

    def when_used(values: Floats) -> Floats:
        return np.where(used, values, np.nan)

    return {
        "CARD_BAND": clients["CARD_BAND"],
        "TARGET": clients["TARGET"],
        "LIMIT": per_card.max(limit),
        "USED": np.where(used, "1", "0").astype(object),
        "DRAWING_SHARE": when_used(per_card.mean(drawn > 0)),
        "DRAWING_SIZE": when_used(
            per_card.mean(np.where(open_months & (drawn > 0), np.clip(ratio(drawn, limit), 0.0, 1.0), np.nan))
        ),
        "CASH_SHARE": when_used(ratio(per_card.sum(months["AMT_DRAWINGS_ATM_CURRENT"]), per_card.sum(drawn))),
        "USAGE": when_used(np.clip(per_card.mean(ratio(balance, limit)), 0.0, 1.2)),
        "LATE_SHARE": per_card.mean(months["SK_DPD"] > 0),
        "CLOSED_SHARE": per_card.mean(~open_months),
    }


def draw(
    sheets: tuple[Sheet, Sheet], rng: np.random.Generator, contracts: Columns
) -> tuple[dict[str, Values], dict[str, Values]]:
    """(card months, payments of cards) of the cards among `contracts`, where their client has any."""
    card_sheet, payment_sheet = sheets
    is_card = open_contracts(contracts)[1] & (contracts["CARD_BAND"] != NO_HISTORY)
    names = ("SK_ID_PREV", "SK_ID_CURR", "DAYS_DECISION", "CARD_BAND", "PAYER_BAND", "TARGET")
    theirs = {name: contracts[name][is_card] for name in names}
    cards = card_sheet.draw(rng, theirs, int(is_card.sum()))
    since = np.clip(np.round(-cards["DAYS_DECISION"] / DAYS_A_MONTH), 1, OLDEST)
    card, place = spread(since)
    rows = _raw(cards, card, _flows(rng, cards, card, place, since[card]))
    rows["MONTHS_BALANCE"] = place - since[card]
    paid = rows["AMT_PAYMENT_TOTAL_CURRENT"] > 0
    delays = payment_sheet.draw(rng, {"PAYER_BAND": cards["PAYER_BAND"][card[paid]]}, int(paid.sum()))[
        "DELAY"
    ]
    return rows, _payments(take(rows, paid), delays)


def _flows(
    rng: np.random.Generator, cards: Columns, card: Ids, place: Ids, length: Floats
) -> dict[str, Values]:
    """Limit, drawings, payments and balance of each card month.

    The usage swings slowly around the card's own level; a payment is what leads from one balance to the next.
    """
    size = len(cards["LIMIT"])
    is_open = place < np.round(length * (1 - cards["CLOSED_SHARE"][card]))
    limit = np.where(is_open, (np.round(cards["LIMIT"] / LIMIT_STEP) * LIMIT_STEP)[card], 0.0)
    used = (cards["USED"] == "1")[card] & (limit > 0)
    months_a_swing, phase = rng.uniform(12, 36, size), rng.uniform(0, 1, size)
    swing = 1 + SWING * np.sin(2 * np.pi * (place / months_a_swing[card] + phase[card]))
    draws = used & (rng.random(len(card)) < cards["DRAWING_SHARE"][card])
    drawn = money(np.where(draws, np.maximum(limit * cards["DRAWING_SIZE"][card], SMALLEST_DRAWING), 0.0))
    balance = np.where(used, money(np.clip(cards["USAGE"][card] * swing, 0.0, 1.1) * limit), 0.0)
    before = np.where(place == 0, 0.0, np.concatenate([[0.0], balance[:-1]]))
    least = money(np.minimum(limit * MINIMUM_PAYMENT, before))
    late = (rng.random(len(card)) < cards["LATE_SHARE"][card]) & (before > 0)
    paid = np.where(late | (before == 0), 0.0, np.maximum(least, before + drawn - balance))
    times = 1.0 + rng.poisson(TIMES_A_MONTH, len(card))
    is_cash = rng.random(len(card)) < cards["CASH_SHARE"][card]
    return {
        "limit": limit,
        "balance": balance,
        "drawn": drawn,
        "cash": np.where(is_cash, drawn, 0.0),
        "least": least,
        "paid": paid,
        "late": np.where(late, np.round(rng.uniform(1, 29, len(card))), 0.0),
        "times": np.where(draws, np.where(is_cash, times, PURCHASES_A_WITHDRAWAL * times), 0.0),
        "used": used,
    }


def _raw(cards: Columns, card: Ids, months: Columns) -> dict[str, Values]:
    used, drawn, cash, paid = months["used"], months["drawn"], months["cash"], months["paid"]
    balance, times = months["balance"], months["times"]
    withdrawn = np.where(cash > 0, times, 0.0)
    matured = np.cumsum(np.concatenate([[0], paid > 0]))
    first_of_card = np.searchsorted(card, card)

    def unless_idle(values: Floats) -> Floats:
        return np.where(used, values, np.nan)

    return {
        "SK_ID_PREV": cards["SK_ID_PREV"][card],
        "SK_ID_CURR": cards["SK_ID_CURR"][card],
        "AMT_BALANCE": balance,
        "AMT_CREDIT_LIMIT_ACTUAL": months["limit"],
        "AMT_DRAWINGS_ATM_CURRENT": unless_idle(cash),
        "AMT_DRAWINGS_CURRENT": drawn,
        "AMT_DRAWINGS_OTHER_CURRENT": unless_idle(np.zeros(len(card))),
        "AMT_DRAWINGS_POS_CURRENT": unless_idle(drawn - cash),
        "AMT_INST_MIN_REGULARITY": months["least"],
        "AMT_PAYMENT_CURRENT": unless_idle(paid),
        "AMT_PAYMENT_TOTAL_CURRENT": paid,
        "AMT_RECEIVABLE_PRINCIPAL": money(balance * PRINCIPAL),
        "AMT_RECIVABLE": balance,
        "AMT_TOTAL_RECEIVABLE": balance,
        "CNT_DRAWINGS_ATM_CURRENT": unless_idle(withdrawn),
        "CNT_DRAWINGS_CURRENT": times,
        "CNT_DRAWINGS_OTHER_CURRENT": unless_idle(np.zeros(len(card))),
        "CNT_DRAWINGS_POS_CURRENT": unless_idle(times - withdrawn),
        "CNT_INSTALMENT_MATURE_CUM": (matured[1:] - matured[first_of_card]).astype(np.float64),
        "NAME_CONTRACT_STATUS": np.full(len(card), "Active", dtype=object),
        "SK_DPD": months["late"],
        "SK_DPD_DEF": np.where(months["late"] > 7, months["late"], 0.0),
    }


def _payments(months: Columns, delays: Floats) -> dict[str, Values]:
    """The payments of the paid card `months`, as installments_payments tells them: version 0."""
    due = np.round(months["MONTHS_BALANCE"] * DAYS_A_MONTH)
    delay = np.clip(np.round(delays), -30.0, 30.0)
    return {
        "SK_ID_PREV": months["SK_ID_PREV"],
        "SK_ID_CURR": months["SK_ID_CURR"],
        "NUM_INSTALMENT_VERSION": np.zeros(len(due)),
        "NUM_INSTALMENT_NUMBER": months["CNT_INSTALMENT_MATURE_CUM"],
        "DAYS_INSTALMENT": due,
        "DAYS_ENTRY_PAYMENT": np.minimum(due + delay, -2.0),
        "AMT_INSTALMENT": months["AMT_PAYMENT_TOTAL_CURRENT"],
        "AMT_PAYMENT": months["AMT_PAYMENT_TOTAL_CURRENT"],
    }
