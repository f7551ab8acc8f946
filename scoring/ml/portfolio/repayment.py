"""Repayment of consumer and cash loans: monthly balances (POS_CASH_balance) and payments.

Both tables tell the same story: a loan's run of late months, drawn once, shows as days past due in the one
and as late payments in the other.
"""

import numpy as np

from scoring.ml.portfolio.bands import BANDS
from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.per_client import PerClient, ratio, spread
from scoring.ml.portfolio.previous import DUE_EVERY, NO_DATE, open_contracts
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns, Sheet, Trait

DAYS_A_MONTH = 30.44
OLDEST = 96  # months
STILL_UNPAID = -2.0  # nobody knows a payment of the day of the application
DAYS_LATE = (0.5,)

LOAN_COLUMNS = (
    "SK_ID_PREV",
    "SK_ID_CURR",
    "DAYS_DECISION",
    "DAYS_FIRST_DUE",
    "DAYS_LAST_DUE",
    "CNT_PAYMENT",
    "AMT_ANNUITY",
    "AMT_CREDIT",
    "PREVIOUS_BAND",
    "PAYER_BAND",
    "TARGET",
)
LOAN_TRAITS = (
    Trait("MOST_DAYS_LATE", given=("TARGET", "PREVIOUS_BAND"), edges=(0.5, 5.5, 31.5, 90.5)),
    Trait("LATE_SHARE", given=("MOST_DAYS_LATE",)),
    Trait("TOLERATED", given=("MOST_DAYS_LATE",)),
)
PAYMENT_TRAITS = (
    Trait("DELAY", given=("PAYER_BAND",), knots=80),
    Trait("IN_TWO_PARTS", given=("PAYER_BAND",)),
    Trait("FIRST_PART", masked=True, knots=30),
)
PAYER_TRAITS = (Trait("PAYER_BAND", given=("TARGET",)),)


def fold_loans(months: Columns, loans: Ids, clients: Columns) -> dict[str, Values]:
    """The lateness of `loans` (n,), by their POS and cash `months`; `clients` (n,): each one's."""
    per_loan = PerClient(loans, months["SK_ID_PREV"].astype(np.int64))
    late = per_loan.sum(months["SK_DPD"] > 0)
    strict = per_loan.max(months["SK_DPD_DEF"])
    return {
        "PREVIOUS_BAND": clients["PREVIOUS_BAND"],
        "TARGET": clients["TARGET"],
        "MOST_DAYS_LATE": per_loan.max(months["SK_DPD"]),
        "LATE_SHARE": ratio(late, per_loan.rows.astype(np.float64)),
        "TOLERATED": np.where(strict > 0, "0", "1").astype(object),
    }


def payer_bands(payments: Columns, references: Ids) -> Values:
    """ "1" (punctual) to "5" for each of `references` (n,), by fifths of the share of late payments."""
    per_client = PerClient(references, payments["SK_ID_CURR"].astype(np.int64))
    late = payments["DAYS_ENTRY_PAYMENT"] > payments["DAYS_INSTALMENT"]
    share, delay = (
        per_client.mean(late),
        per_client.mean(payments["DAYS_ENTRY_PAYMENT"] - payments["DAYS_INSTALMENT"]),
    )
    rank = np.empty(len(references))
    rank[np.lexsort((delay, share))] = np.arange(len(references)) / len(references)
    return np.array([str(band) for band in (rank * BANDS).astype(int) + 1], dtype=object)


def first_parts(payments: Columns) -> dict[str, Values]:
    """The first payment of each instalment of a loan."""
    order = np.lexsort(
        (payments["DAYS_ENTRY_PAYMENT"], payments["NUM_INSTALMENT_NUMBER"], payments["SK_ID_PREV"])
    )
    instalment = np.column_stack([payments[name][order] for name in ("SK_ID_PREV", "NUM_INSTALMENT_NUMBER")])
    first = np.concatenate([[True], (instalment[1:] != instalment[:-1]).any(axis=1)])
    return take(payments, order[first & (payments["NUM_INSTALMENT_VERSION"][order] > 0)])


def fold_payments(payments: Columns, band: Values) -> dict[str, Values]:
    """The traits of real payments of loans (n,), the first of each instalment; `band` (n,) as for loans."""
    due, paid = payments["AMT_INSTALMENT"], payments["AMT_PAYMENT"]
    part = ratio(paid, due)
    return {
        "PAYER_BAND": band,
        "DELAY": payments["DAYS_ENTRY_PAYMENT"] - payments["DAYS_INSTALMENT"],
        "IN_TWO_PARTS": np.where(part < 0.99, "1", "0").astype(object),
        "FIRST_PART": np.where(part < 0.99, part, np.nan),
    }


def draw(
    sheets: tuple[Sheet, Sheet], rng: np.random.Generator, contracts: Columns
) -> tuple[dict[str, Values], dict[str, Values]]:
    """(POS and cash months, payments) of the drawn `contracts` that were paid out as loans."""
    loan_sheet, payment_sheet = sheets
    is_loan = open_contracts(contracts)[0] & (contracts["CNT_PAYMENT"] >= 1)
    loans = {name: contracts[name][is_loan] for name in LOAN_COLUMNS}
    loans = loan_sheet.draw(rng, loans, int(is_loan.sum()))
    loans["LATE_FROM"] = rng.random(int(is_loan.sum()))
    return _months(loans), _payments(payment_sheet, rng, loans)


def _months(loans: Columns) -> dict[str, Values]:
    """Month rows from the decision to the last due, or to the month before the application."""
    oldest = np.clip(np.round(loans["DAYS_DECISION"] / DAYS_A_MONTH), -OLDEST, -1)
    over = loans["DAYS_LAST_DUE"] != NO_DATE
    newest = np.where(over, np.clip(np.round(loans["DAYS_LAST_DUE"] / DAYS_A_MONTH), oldest, -1), -1)
    loan, place = spread(newest - oldest + 1)
    term = loans["CNT_PAYMENT"][loan]
    late = _days_late(loans, loan, place, (newest - oldest + 1)[loan])
    done = over[loan] & (place == (newest - oldest)[loan])
    return {
        "SK_ID_PREV": loans["SK_ID_PREV"][loan],
        "SK_ID_CURR": loans["SK_ID_CURR"][loan],
        "MONTHS_BALANCE": oldest[loan] + place,
        "CNT_INSTALMENT": term,
        "CNT_INSTALMENT_FUTURE": np.where(done, 0.0, np.maximum(term - place, 0.0)),
        "NAME_CONTRACT_STATUS": np.where(done, "Completed", "Active").astype(object),
        "SK_DPD": late,
        "SK_DPD_DEF": np.where(loans["TOLERATED"][loan] == "1", 0.0, late),
    }


def _days_late(loans: Columns, loan: Ids, place: Ids, length: Floats) -> Floats:
    """Days past due in each month: a run of late months that grows up to the loan's worst."""
    worst = np.round(loans["MOST_DAYS_LATE"])[loan]
    run = np.maximum(np.round(loans["LATE_SHARE"][loan] * length), 1.0)
    start = np.floor(loans["LATE_FROM"][loan] * (length - run + 1))
    inside = (place >= start) & (place < start + run) & (worst > 0)
    grown = np.maximum(worst - 30.0 * (start + run - 1 - place), 1.0)
    return np.where(inside, grown, 0.0)


def _payments(sheet: Sheet, rng: np.random.Generator, loans: Columns) -> dict[str, Values]:
    """One row per payment of every instalment that was due before the application."""
    first, over = loans["DAYS_FIRST_DUE"], loans["DAYS_LAST_DUE"] != NO_DATE
    end = np.where(over, loans["DAYS_LAST_DUE"], STILL_UNPAID)
    due = np.where(first < 0, np.minimum(np.floor((end - first) / DUE_EVERY) + 1, loans["CNT_PAYMENT"]), 0)
    counts = np.maximum(due, 0)
    loan, place = spread(counts)
    traits = sheet.draw(rng, {"PAYER_BAND": loans["PAYER_BAND"][loan]}, len(loan))
    day = first[loan] + DUE_EVERY * place
    late = _days_late(loans, loan, place, counts[loan])
    paid = np.minimum(
        day + np.where(late > 0, np.minimum(late, 90.0), np.round(traits["DELAY"])), STILL_UNPAID
    )
    last = over[loan] & (place + 1 == counts[loan]) & (counts[loan] < loans["CNT_PAYMENT"][loan])
    rest = loans["AMT_CREDIT"][loan] * (1 - place / loans["CNT_PAYMENT"][loan])
    amount = np.where(last, np.maximum(rest, loans["AMT_ANNUITY"][loan]), loans["AMT_ANNUITY"][loan])
    rows = {
        "SK_ID_PREV": loans["SK_ID_PREV"][loan],
        "SK_ID_CURR": loans["SK_ID_CURR"][loan],
        "NUM_INSTALMENT_VERSION": np.where(last, 2.0, 1.0),
        "NUM_INSTALMENT_NUMBER": place + 1.0,
        "DAYS_INSTALMENT": day,
        "DAYS_ENTRY_PAYMENT": paid,
        "AMT_INSTALMENT": np.round(amount, 3),
    }
    return _in_parts(rows, traits)


def _in_parts(rows: Columns, traits: Columns) -> dict[str, Values]:
    """Payments, the second part of a split one right after the first."""
    split = traits["IN_TWO_PARTS"] == "1"
    row, part = spread(np.where(split, 2, 1))
    due = rows["AMT_INSTALMENT"][row]
    first = np.where(split[row], np.round(due * np.clip(traits["FIRST_PART"][row], 0.0, 1.0), 3), due)
    return {
        **{name: values[row] for name, values in rows.items()},
        "AMT_PAYMENT": np.where(part == 0, first, np.round(due - first, 3)),
    }
