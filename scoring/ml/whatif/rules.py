"""Rules that the request of a simulation must meet.

A rule applies only where something it concerns was changed: what the bank has on file is never refused.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from scoring.ml.features.application.dates import DAYS_PER_YEAR
from scoring.ml.tables.schema import Text
from scoring.ml.whatif.editable import DOWN_PAYMENT, DURATION, MAX_MONTHS, MIN_MONTHS, MONTHS_EMPLOYED
from scoring.ml.whatif.request import MIN_CREDIT_TO_GOODS, REVOLVING, Request, credit_to_goods_on_file

# Credit over price: up to 1.7 for cash loans, 4.7 for revolving ones (real rows).
MAX_CREDIT_TO_GOODS: Final = {"Cash loans": 2.0, "Revolving loans": 5.0}
MIN_HIRING_AGE: Final = 16.0  # years
ONE_CENT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Problem:
    """A change that is refused: the editable field to look at, the message, and the amounts in it."""

    field: str
    message: Text
    amounts: Mapping[str, float] = dataclasses.field(default_factory=dict)


def problems(request: Request) -> list[Problem]:
    """Return everything about the changed request that makes no sense, at most one problem for each field."""
    by_field: dict[str, Problem] = {}
    for rule in _RULES:
        for problem in rule(request):
            by_field.setdefault(problem.field, problem)
    return list(by_field.values())


def _instalment_or_duration(request: Request) -> Iterator[Problem]:
    if DURATION in request.entered and "AMT_ANNUITY" in request.entered:
        yield Problem(
            DURATION,
            Text(
                "Give the instalment or the duration, not both: the duration sets the instalment.",
                "Indiquez la mensualité ou la durée, pas les deux : la durée fixe la mensualité.",
            ),
        )


def _down_payment_below_credit(request: Request) -> Iterator[Problem]:
    paid = request.entered.get(DOWN_PAYMENT)
    for name in ("AMT_CREDIT", "AMT_GOODS_PRICE"):
        remaining = request[name]
        if paid and remaining is not None and remaining <= 0:
            yield Problem(
                DOWN_PAYMENT,
                Text(
                    "The down payment must be less than the credit and the price of the goods (%(most)s).",
                    "L’apport doit être inférieur au crédit et au prix du bien (%(most)s).",
                ),
                {"most": remaining + paid},
            )


def _duration_needs_a_rate(request: Request) -> Iterator[Problem]:
    has_rate = request.on_file("AMT_CREDIT") and request.on_file("AMT_ANNUITY")
    if DURATION in request.entered and (request.contract == REVOLVING or not has_rate):
        yield Problem(
            DURATION,
            Text(
                "This request has no duration: a revolving credit, or an instalment that is not known.",
                "Cette demande n’a pas de durée : crédit renouvelable, ou mensualité inconnue.",
            ),
        )


def _repaid_within_terms(request: Request) -> Iterator[Problem]:
    credit, annuity = request["AMT_CREDIT"], request["AMT_ANNUITY"]
    if not request.touches("AMT_CREDIT", "AMT_ANNUITY") or not credit or not annuity or credit < 0:
        return
    if request.scales_instalment:
        return  # The term is the one on file.
    field = request.first_entered("AMT_ANNUITY", "AMT_CREDIT", DOWN_PAYMENT, DURATION)
    amounts = {"annuity": annuity, "credit": credit}
    if annuity > credit:
        yield Problem(field, _INSTALMENT_ABOVE_CREDIT, amounts)
    elif credit < annuity * MIN_MONTHS:
        yield Problem(field, _TERM_TOO_SHORT, amounts)
    elif credit > annuity * MAX_MONTHS:
        yield Problem(field, _TERM_TOO_LONG, amounts)


_INSTALMENT_ABOVE_CREDIT: Final = Text(
    "The instalment (%(annuity)s) cannot be above the credit (%(credit)s).",
    "La mensualité (%(annuity)s) ne peut pas dépasser le crédit (%(credit)s).",
)
_TERM_TOO_SHORT: Final = Text(
    "At %(annuity)s a month, a credit of %(credit)s would be repaid in less than "
    f"{MIN_MONTHS:.0f} months, the shortest term.",
    "À %(annuity)s par mois, un crédit de %(credit)s serait remboursé en moins de "
    f"{MIN_MONTHS:.0f} mois, la durée la plus courte.",
)
_TERM_TOO_LONG: Final = Text(
    "At %(annuity)s a month, a credit of %(credit)s would not be repaid within "
    f"{MAX_MONTHS:.0f} months, the longest term, even without interest.",
    "À %(annuity)s par mois, un crédit de %(credit)s ne serait pas remboursé en "
    f"{MAX_MONTHS:.0f} mois, la durée la plus longue, même sans intérêts.",
)


def _price_near_credit(request: Request) -> Iterator[Problem]:
    credit, price = request["AMT_CREDIT"], request["AMT_GOODS_PRICE"]
    if (
        not request.touches("AMT_CREDIT", "AMT_GOODS_PRICE")
        or not credit
        or not price
        or min(credit, price) < 0
    ):
        return
    on_file = credit_to_goods_on_file(request)
    lowest = min(on_file, MIN_CREDIT_TO_GOODS.get(request.contract, 0.0))
    highest = max(on_file, MAX_CREDIT_TO_GOODS.get(request.contract, float("inf")))
    field = request.first_entered("AMT_GOODS_PRICE", "AMT_CREDIT", DOWN_PAYMENT)
    amounts = {"credit": credit, "price": price}
    if credit < price * lowest - ONE_CENT:
        yield Problem(field, _PRICE_TOO_HIGH, amounts)
    elif credit > price * highest + ONE_CENT:
        yield Problem(field, _PRICE_TOO_LOW, amounts)


_PRICE_TOO_HIGH: Final = Text(
    "The price of the goods (%(price)s) is too high for a credit of %(credit)s: "
    "give what the client pays as a down payment.",
    "Le prix du bien (%(price)s) est trop élevé pour un crédit de %(credit)s : "
    "indiquez en apport ce que le client paie.",
)
_PRICE_TOO_LOW: Final = Text(
    "A credit of %(credit)s is too much for goods that cost %(price)s.",
    "Un crédit de %(credit)s est trop élevé pour un bien à %(price)s.",
)


def _hired_after_minimum_age(request: Request) -> Iterator[Problem]:
    employed, birth = request["DAYS_EMPLOYED"], request["DAYS_BIRTH"]
    if not request.touches("DAYS_EMPLOYED") or employed is None or birth is None:
        return
    longest = -birth - MIN_HIRING_AGE * DAYS_PER_YEAR
    if -employed > longest:
        yield Problem(
            MONTHS_EMPLOYED,
            Text(
                f"Too long for the client’s age: nobody is hired before {MIN_HIRING_AGE:.0f} years.",
                f"Trop long pour l’âge du client : personne n’est embauché avant {MIN_HIRING_AGE:.0f} ans.",
            ),
        )


_RULES: Final = (
    _instalment_or_duration,
    _down_payment_below_credit,
    _duration_needs_a_rate,
    _repaid_within_terms,
    _price_near_credit,
    _hired_after_minimum_age,
)
