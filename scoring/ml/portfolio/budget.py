"""The budget of a household: amounts drawn one by one, brought within what lenders grant on an income.

Instalments and debts are drawn given products and risk bands, not the client's income; their tails together
would be people whom no lender has ever met. Large amounts approach a limit instead, in the same order.
"""

import numpy as np

from scoring.ml.portfolio.cells import Ids
from scoring.ml.portfolio.margins import Floats, Values
from scoring.ml.portfolio.per_client import PerClient, ratio
from scoring.ml.portfolio.traits import Columns

# Shares of a month's income that instalments take up.
OWN_INSTALMENT = 0.40
OTHER_INSTALMENTS = 0.25
PAST_INSTALMENT = 0.40
# Up to this part of a limit amounts stay as they were drawn; beyond, they approach it.
UNTOUCHED = 0.7
# Months of income.
DEBT = 18.0
DEBT_WITH_MORTGAGE = 36.0
# Months over which other lenders are repaid, and what a month then takes of a credit without an end.
SHORTEST, LONGEST = 4.0, 300.0
WITHOUT_END = (0.02, 0.06)
# What all instalments of a loan together come to, in parts of the credit.
REPAID = (1.02, 2.5)
YEAR = 365.25
ADULT = 18 * YEAR
OLDEST_CAR = 30.0  # years
YOUNGEST_PENSIONER = 45 * YEAR

MORTGAGE = "Mortgage"


def income_for(income: Floats, annuity: Floats) -> Floats:
    """The income, at least what lenders grant the requested instalment on."""
    return np.asarray(income / _scale(OWN_INSTALMENT * income, annuity))


def annuity_within(credit: Floats, annuity: Floats, months: Values) -> Floats:
    """The instalment with which `months` of them repay the credit, with interest and without usury."""
    evenly = ratio(credit, months)
    return np.where(np.isnan(evenly), annuity, np.clip(annuity, REPAID[0] * evenly, REPAID[1] * evenly))


def instalment_share(share: Floats, days: Floats) -> Floats:
    """(n,) the part of a credit that is due each month, given the `days` that it is to run; NaN: no end."""
    months = np.clip(days / (YEAR / 12), SHORTEST, LONGEST)
    low = np.where(np.isnan(months), WITHOUT_END[0], 1 / months)
    high = np.where(np.isnan(months), WITHOUT_END[1], REPAID[1] / months)
    return np.asarray(np.clip(share, low, high))


def scale_of_debts(credits: Columns, clients: Columns) -> Floats:
    """(n,) what the amounts of each of the `credits` at other lenders are multiplied by, at most 1.

    `clients` have SK_ID_CURR and AMT_INCOME_TOTAL.
    """
    per_client = _per_client(credits, clients)
    open_debt = np.where(credits["CREDIT_ACTIVE"] == "Closed", 0.0, _positive(credits["AMT_CREDIT_SUM_DEBT"]))
    mortgage = (credits["CREDIT_TYPE"] == MORTGAGE) & (open_debt > 0)
    limit = np.where(per_client.sum(mortgage) > 0, DEBT_WITH_MORTGAGE, DEBT) * clients["AMT_INCOME_TOTAL"]
    return np.asarray(_scale(limit, per_client.sum(open_debt))[per_client.owner])


def scale_of_instalments(credits: Columns, clients: Columns) -> Floats:
    """(n,) the same for the instalments that other lenders report."""
    per_client = _per_client(credits, clients)
    due = np.where(credits["CREDIT_ACTIVE"] == "Closed", 0.0, _positive(credits["AMT_ANNUITY"]))
    limit = OTHER_INSTALMENTS * clients["AMT_INCOME_TOTAL"]
    return np.asarray(_scale(limit, per_client.sum(due))[per_client.owner])


def scale_of_past_loans(annuity: Floats, income: Floats) -> Floats:
    """(n,) what amounts of earlier applications are multiplied by, given the client's `income` (n,)."""
    return _scale(PAST_INSTALMENT * income, _positive(annuity))


def came_of_age(birth: Floats) -> Floats:
    """(n,) negative days before the application on which somebody born on day `birth` could first sign."""
    return np.minimum(np.ceil(birth + ADULT), -2.0)


def pensioners_birth(birth: Floats) -> Floats:
    """(n,) days of birth of pensioners: one who would be very young is as much older than the youngest."""
    missing = np.maximum(birth + YOUNGEST_PENSIONER, 0.0)
    return np.asarray(birth - 1.7 * missing)


def children_by(birth: Values, children: Values) -> Floats:
    """(n,) children, at most one for every second year since the client was 17."""
    return np.minimum(np.round(children), np.floor((-birth / YEAR - 17) / 2))


def _per_client(rows: Columns, clients: Columns) -> PerClient:
    references: Ids = clients["SK_ID_CURR"].astype(np.int64)
    return PerClient(references, rows["SK_ID_CURR"].astype(np.int64))


def _positive(values: Values) -> Floats:
    return np.maximum(np.nan_to_num(values.astype(np.float64)), 0.0)


def _scale(limit: Floats, amount: Floats) -> Floats:
    """(n,) what `amount` is multiplied by to stay under `limit`: 1 up to a part of it, then ever less."""
    used = amount / np.maximum(limit, 1e-9)
    rest = 1 - UNTOUCHED
    bounded = UNTOUCHED + rest * -np.expm1(-np.maximum(used - UNTOUCHED, 0.0) / rest)
    return np.where(used <= UNTOUCHED, 1.0, bounded / np.maximum(used, 1e-9))
