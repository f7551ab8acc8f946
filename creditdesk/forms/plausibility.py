"""Plausibility of a new case: what is possible, but so unusual that a person confirms it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from scoring.ml.tables.columns import NO_DATE
from scoring.presentation import formatting

# Of the 646 real applications, 6.0 % pay more of their income, 3.1 % borrow more over the price, none repays
# over more months, and none started the current job younger.
MAX_INCOME_SHARE: Final = 1 / 3
MAX_CREDIT_TO_PRICE: Final = 1.4
MAX_TERM_MONTHS: Final = 60
MIN_AGE_IN_JOB: Final = 14
DAYS_PER_YEAR: Final = 365.25


class Doubt(NamedTuple):
    """Something to confirm: its code, sent back with the confirmation, and the message."""

    code: str
    message: str


def doubts(values: Mapping[str, Any]) -> Iterator[Doubt]:
    """Yield what is unusual about the cleaned values of a new case."""
    yield from _doubts_about_amounts(values)
    birth, job = values.get("DAYS_BIRTH"), values.get("DAYS_EMPLOYED")
    if birth and job and job != NO_DATE and job - birth < MIN_AGE_IN_JOB * DAYS_PER_YEAR:
        yield Doubt(
            "age_in_job", gettext("On the first day in the job, the client was younger than 14 years.")
        )


def _doubts_about_amounts(values: Mapping[str, Any]) -> Iterator[Doubt]:
    credit, annuity = values.get("AMT_CREDIT"), values.get("AMT_ANNUITY")
    income, price = values.get("AMT_INCOME_TOTAL"), values.get("AMT_GOODS_PRICE")
    if annuity and income and annuity > income * MAX_INCOME_SHARE:
        amounts = {"annuity": formatting.money(annuity), "income": formatting.money(income)}
        message = gettext("The instalment (%(annuity)s) is more than a third of the income (%(income)s).")
        yield Doubt("instalment_share", message % amounts)
    if credit and price and credit > price * MAX_CREDIT_TO_PRICE:
        amounts = {"credit": formatting.money(credit), "price": formatting.money(price)}
        message = gettext("The credit (%(credit)s) is far above the price of the goods (%(price)s).")
        yield Doubt("credit_over_price", message % amounts)
    if credit and annuity and credit > annuity * MAX_TERM_MONTHS:
        amounts = {"credit": formatting.money(credit), "annuity": formatting.money(annuity)}
        message = gettext("At %(annuity)s a month, %(credit)s takes more than five years to repay.")
        yield Doubt("long_term", message % amounts)
