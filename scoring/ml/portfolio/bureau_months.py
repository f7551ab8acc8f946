"""The monthly statuses of credits at other lenders: a Markov chain by risk band, then "C" once closed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scoring.ml.portfolio.bands import BANDS
from scoring.ml.portfolio.cells import Ids, distinct
from scoring.ml.portfolio.margins import MIN_CLIENTS, Floats, Values
from scoring.ml.portfolio.per_client import spread
from scoring.ml.portfolio.rows import take
from scoring.ml.portfolio.traits import Columns

STATUSES = np.array(["0", "1", "2", "3", "4", "5", "X"], dtype=object)
CLOSED = "C"
DAYS_A_MONTH = 30.44
OLDEST = 96  # months


def measure(months: Columns, owner: Ids, band: Values) -> dict[str, Any]:
    """How often each status follows each other one, by band, without the months after closing.

    `months` (n,) are the raw rows, `owner` (n,) the client and `band` (n,) the band behind each of them.
    """
    order = np.lexsort((months["MONTHS_BALANCE"], months["SK_ID_BUREAU"]))
    credit, status = months["SK_ID_BUREAU"][order], months["STATUS"][order].astype(str)
    state = np.searchsorted(STATUSES.astype(str), status)
    state = np.where(status == CLOSED, -1, state)
    first = np.concatenate([[True], credit[1:] != credit[:-1]])
    before = np.concatenate([[0], state[:-1]])
    before = np.where(first, len(STATUSES), before)  # the last line of the matrix: how a credit begins
    seen = (state >= 0) & (before >= 0)
    bands = band[order].astype(np.int64) - 1
    size = (BANDS, len(STATUSES) + 1, len(STATUSES))
    cell = np.ravel_multi_index((bands[seen], before[seen], state[seen]), size)
    people = distinct(cell, owner[order][seen], int(np.prod(size)))
    rows = np.where(people >= MIN_CLIENTS, np.bincount(cell, minlength=int(np.prod(size))), 0)
    people = np.where(people >= MIN_CLIENTS, people, 0)
    return {"size": list(size), "rows": rows.tolist(), "n": people.tolist()}


def draw(measured: Mapping[str, Any], rng: np.random.Generator, credits: Columns) -> dict[str, Values]:
    """Month rows of the drawn `credits` whose lender reports them, newest first within each credit."""
    reported = take(credits, credits["MONTHS_REPORTED"] == "1")
    oldest = np.maximum(np.ceil(reported["DAYS_CREDIT"] / DAYS_A_MONTH), -OLDEST).astype(np.int64)
    newest = np.round(oldest * np.clip(reported["LAST_MONTH_SHARE"], 0.0, 1.0)).astype(np.int64)
    closed = reported["DAYS_ENDDATE_FACT"] / DAYS_A_MONTH
    lengths = newest - oldest + 1
    statuses = _chain(_cumulated(measured), rng, reported["BUREAU_BAND"].astype(np.int64) - 1, lengths)
    credit, place = spread(lengths)
    month = newest[credit] - place
    texts = np.where(month > closed[credit], CLOSED, STATUSES[statuses[credit, month - oldest[credit]]])
    return {
        "SK_ID_BUREAU": reported["SK_ID_BUREAU"][credit],
        "MONTHS_BALANCE": month.astype(np.float64),
        "STATUS": texts.astype(object),
    }


def _cumulated(measured: Mapping[str, Any]) -> Floats:
    rows = np.array(measured["rows"], dtype=np.float64).reshape(measured["size"])
    over_bands = rows.sum(axis=0, keepdims=True)
    rows = np.where(rows.sum(axis=2, keepdims=True) > 0, rows, over_bands)
    # A status too rare to be told where it leads returns to "paid on time".
    rows[..., 0] += rows.sum(axis=2) == 0
    return np.asarray(np.cumsum(rows, axis=2) / rows.sum(axis=2, keepdims=True))


def _chain(cumulated: Floats, rng: np.random.Generator, band: Ids, lengths: Ids) -> Ids:
    """(credits, months) status numbers, oldest month first."""
    longest = int(lengths.max(initial=1))
    statuses = np.zeros((len(lengths), longest), dtype=np.int64)
    state = np.full(len(lengths), len(STATUSES))
    for month in range(longest):
        still = rng.random(len(lengths))[:, None] > cumulated[band, state]
        state = statuses[:, month] = np.minimum(still.sum(axis=1), len(STATUSES) - 1)
    return statuses
