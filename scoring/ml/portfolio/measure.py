"""Real folders in, aggregates out: everything that the generator knows about the bank, and not one client.

A folder that holds installments_payments is read for its payments only: the clients of the known one were
chosen by their TARGET. Of the other folders the largest file of each table is measured.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scoring.ml.portfolio import (
    application,
    bureau,
    bureau_months,
    card,
    default,
    previous,
    repayment,
    traits,
)
from scoring.ml.portfolio.bands import bands
from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.generate import Portfolio
from scoring.ml.portfolio.margins import Floats
from scoring.ml.portfolio.per_client import PerClient
from scoring.ml.portfolio.rows import applications, largest, layout, read, take
from scoring.ml.portfolio.traits import Columns

SAMPLE = 40_000
SAMPLE_SEED = 1


def measure(folders: Sequence[Path]) -> dict[str, Any]:
    """The aggregates of `folders`, ready for JSON. FileNotFoundError when a table is in none of them."""
    ordinary = [folder for folder in folders if not (folder / "installments_payments.parquet").is_file()]
    clients = applications(largest(ordinary, "application_train"))
    clients |= {band: np.full(len(clients["SK_ID_CURR"]), None, dtype=object) for band in application.BANDS}
    measured = {
        "layout": layout(folders),
        **_bureau(largest(ordinary, "bureau"), clients),
        **_cards(largest(ordinary, "credit_card_balance"), clients),
        **_previous(largest(ordinary, "previous_application"), clients),
        **_payments(largest(folders, "installments_payments")),
    }
    measured["application"] = _sheet(application.TRAITS, application.fold(clients), clients)
    measured |= _default(clients)
    return calibrated(measured, float(np.nanmean(clients["TARGET"])))


def calibrated(measured: Mapping[str, Any], rate: float) -> dict[str, Any]:
    """The aggregates with the intercept at which drawn clients default at the real `rate`."""
    odds = Portfolio.from_json(measured).sample_odds(SAMPLE, SAMPLE_SEED)
    low, high = -3.0, 3.0
    for _ in range(40):
        shift = (low + high) / 2
        too_many = np.mean(1 / (1 + np.exp(-odds - shift))) > rate
        low, high = (low, shift) if too_many else (shift, high)
    model = dict(measured["default"])
    model["intercept"] = round(model["intercept"] + shift, 4)
    return {**measured, "default": model}


def _bureau(folder: Path, clients: dict[str, Any]) -> dict[str, Any]:
    theirs, place = _placed(applications(folder), clients)
    credits, months = read(folder / "bureau.parquet"), read(folder / "bureau_balance.parquet")
    measured, per_client = bureau.summary(credits, months, _references(theirs))
    clients["BUREAU_BAND"][place] = bands(measured, theirs["TARGET"], per_client.rows)
    people = _people(theirs, clients, place, per_client.rows)
    people |= bureau.fold_clients(credits, months, _references(people))
    credits, owner = _theirs(credits, people)
    lent = PerClient(credits["SK_ID_BUREAU"].astype(np.int64), months["SK_ID_BUREAU"].astype(np.int64))
    months, borrower = take(months, lent.matched), owner[lent.owner]
    return {
        "bureau_clients": _sheet(bureau.CLIENT_TRAITS, people, people),
        "bureau_credits": _sheet(
            bureau.CREDIT_TRAITS, bureau.fold(credits, months, people, owner), take(people, owner)
        ),
        "bureau_months": bureau_months.measure(months, borrower, people["BUREAU_BAND"][borrower]),
    }


def _cards(folder: Path, clients: dict[str, Any]) -> dict[str, Any]:
    theirs, place = _placed(applications(folder), clients)
    months = read(folder / "credit_card_balance.parquet")
    measured, per_client = card.summary(months, _references(theirs))
    clients["CARD_BAND"][place] = bands(measured, theirs["TARGET"], per_client.rows)
    people = _people(theirs, clients, place, per_client.rows)
    months, owner = _theirs(months, people)
    cards, first = np.unique(months["SK_ID_PREV"].astype(np.int64), return_index=True)
    holders = take(people, owner[first])
    return {"cards": _sheet(card.CARD_TRAITS, card.fold(months, cards, holders), holders)}


def _previous(folder: Path, clients: dict[str, Any]) -> dict[str, Any]:
    theirs, place = _placed(applications(folder), clients)
    contracts, months = (
        read(folder / "previous_application.parquet"),
        read(folder / "POS_CASH_balance.parquet"),
    )
    measured, per_client = previous.summary(contracts, months, _references(theirs))
    clients["PREVIOUS_BAND"][place] = bands(measured, theirs["TARGET"], per_client.rows)
    people = _people(theirs, clients, place, per_client.rows)
    contracts, owner = _theirs(contracts, people)
    people |= previous.fold_clients(contracts, people)
    months, borrower = _theirs(months, people)
    loans, first = np.unique(months["SK_ID_PREV"].astype(np.int64), return_index=True)
    borrowers = take(people, borrower[first])
    return {
        "previous_clients": _sheet(previous.CLIENT_TRAITS, people, people),
        "previous_contracts": _sheet(
            previous.CONTRACT_TRAITS, previous.fold(contracts, people, owner), take(people, owner)
        ),
        "loans": _sheet(repayment.LOAN_TRAITS, repayment.fold_loans(months, loans, borrowers), borrowers),
    }


def _payments(folder: Path) -> dict[str, Any]:
    clients, payments = applications(folder), read(folder / "installments_payments.parquet")
    clients["PAYER_BAND"] = repayment.payer_bands(payments, _references(clients))
    clients = take(clients, ~np.isnan(clients["TARGET"]))
    clients["TARGET"] = default.as_category(clients["TARGET"])
    payments, owner = _theirs(repayment.first_parts(payments), clients)
    traits_of = repayment.fold_payments(payments, clients["PAYER_BAND"][owner])
    return {
        "payers": _sheet(repayment.PAYER_TRAITS, clients, clients),
        "payments": _sheet(repayment.PAYMENT_TRAITS, traits_of, take(clients, owner)),
    }


def _default(clients: Columns) -> dict[str, Any]:
    """The model of default: the form first, then what each history adds to it where it was measured."""
    labelled = ~np.isnan(clients["TARGET"])
    seen = take(clients, labelled)
    columns = default.inputs(seen)
    form = default.fit(columns, seen["TARGET"])
    odds = form.log_odds(columns)
    added = [_added(band, seen, odds) for band in application.BANDS]
    return {"default": form.as_json(), "default_history": [model.as_json() for model in added]}


def _added(band: str, clients: Columns, odds: Floats) -> default.Default:
    measured = np.array([value is not None for value in clients[band]])
    return default.fit({band: clients[band][measured]}, clients["TARGET"][measured], odds[measured])


def _placed(theirs: Columns, clients: Columns) -> tuple[dict[str, Any], Ids]:
    """The clients of a folder that are among `clients`, and their rows there."""
    own_rows = np.isin(theirs["SK_ID_CURR"], clients["SK_ID_CURR"])
    owned = take(theirs, own_rows)
    return owned, PerClient(_references(clients), _references(owned)).owner


def _people(theirs: Columns, clients: Columns, place: Ids, rows: Ids) -> dict[str, Any]:
    """Reference, TARGET as a category and bands of those who have `rows` and whose TARGET is known."""
    people = {name: clients[name][place] for name in ("SK_ID_CURR", *application.BANDS)}
    people["TARGET"] = default.as_category(theirs["TARGET"])
    return take(people, (rows > 0) & ~np.isnan(theirs["TARGET"]))


def _theirs(rows: Columns, people: Columns) -> tuple[dict[str, Any], Ids]:
    """The history `rows` of `people`, and which of them each row belongs to."""
    per_client = PerClient(_references(people), rows["SK_ID_CURR"].astype(np.int64))
    return take(rows, per_client.matched), per_client.owner


def _references(clients: Columns) -> Ids:
    return np.asarray(clients["SK_ID_CURR"], dtype=np.int64)


def _sheet(wanted: Sequence[traits.Trait], columns: Columns, clients: Columns) -> dict[str, Any]:
    """The measured traits of `columns` (n,); categories are ordered by how often `clients` (n,) default."""
    target = clients["TARGET"]
    risk = np.asarray(target == "1", dtype=np.float64) if target.dtype == object else target
    risk = np.where(np.isnan(risk), np.nanmean(risk), risk)
    return traits.measure(wanted, columns, _references(clients), risk).as_json()
