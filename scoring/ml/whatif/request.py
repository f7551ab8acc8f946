"""From what a person changes in a simulation to raw columns, and what would make no sense.

A rule speaks up only where something it concerns was changed: what the bank has on file is never refused.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.ml.features.application.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from scoring.ml.tables.schema import Text
from scoring.ml.whatif.editable import (
    DOWN_PAYMENT,
    DURATION,
    LONGEST_MONTHS,
    MONTHS_EMPLOYED,
    SHORTEST_MONTHS,
)
from scoring.ml.whatif.instalments import annuity_over, monthly_rate

Value = float | str | None
Asked = Mapping[str, float | None]
"""What is changed, by the name of its editable field; None: the value is taken away."""

# How far credit and price lie apart: 1 to 1.7 for cash loans, 0.25 to 4.7 for revolving ones (real rows).
MOST_CREDIT_TO_GOODS: Final = {"Cash loans": 2.0, "Revolving loans": 5.0}
LEAST_CREDIT_TO_GOODS: Final = {"Cash loans": 1.0, "Revolving loans": 0.2}
YOUNGEST_HIRED: Final = 16.0  # years
REVOLVING: Final = "Revolving loans"
ONE_CENT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a change is refused: the editable field to look at, words, and the amounts that stand in them."""

    field: str
    words: Text
    amounts: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """`record` as it would be with `asked`; `changes` are the raw columns that differ, None where missing."""

    record: Mapping[str, Any]
    asked: Asked
    changes: Mapping[str, Value]

    def __getitem__(self, name: str) -> float | None:
        value = self.changes[name] if name in self.changes else self.record.get(name)
        return value if isinstance(value, int | float) else None

    @property
    def contract(self) -> str:
        return str(self.record.get("NAME_CONTRACT_TYPE"))

    def touches(self, *names: str) -> bool:
        return any(name in self.changes for name in names)

    def first_asked(self, *names: str) -> str:
        """The field that a message belongs to: the first of these that was changed."""
        return next((name for name in names if name in self.asked), names[0])


def translated(record: Mapping[str, Any], asked: Asked) -> Request:
    """The raw columns that `asked` changes in `record`; `problems` says whether they make sense."""
    request = Request(record, asked, {})
    changes: dict[str, Value] = {name: value for name, value in asked.items() if name not in _STAND_FOR}
    for name, stand_for in _STAND_FOR.items():
        if (value := asked.get(name)) is not None:
            changes |= stand_for(Request(record, asked, changes), value)
        elif name in asked:
            changes |= _GIVEN_UP.get(name, {})
    changes |= _price_that_follows(Request(record, asked, changes))
    return Request(record, asked, {n: v for n, v in changes.items() if v != request.record.get(n)})


def problems(request: Request) -> list[Problem]:
    """Everything about the changed request that makes no sense, at most one problem for each field."""
    found: dict[str, Problem] = {}
    for rule in _RULES:
        for problem in rule(request):
            found.setdefault(problem.field, problem)
    return list(found.values())


def cents(amount: float) -> float:
    return round(amount, 2)


# ---- what stands for raw columns


def _paid_down(request: Request, paid: float) -> dict[str, Value]:
    lowered = ((name, request[name]) for name in ("AMT_CREDIT", "AMT_GOODS_PRICE"))
    return {name: cents(amount - paid) for name, amount in lowered if amount is not None and paid}


def _over_months(request: Request, months: float) -> dict[str, Value]:
    credit = request["AMT_CREDIT"]
    today, annuity = (request.record.get(name) for name in ("AMT_CREDIT", "AMT_ANNUITY"))
    if credit is None or credit <= 0 or not (today and annuity):
        return {}
    rate = monthly_rate(today, annuity)
    return {"AMT_ANNUITY": cents(float(annuity_over(credit, months, rate)))}


def _months_ago(request: Request, months: float) -> dict[str, Value]:
    return {"DAYS_EMPLOYED": -float(round(months * DAYS_PER_MONTH))}


# The down payment comes first: the instalment over a duration is that of the credit that remains.
_STAND_FOR: Final[Mapping[str, Callable[[Request, float], dict[str, Value]]]] = {
    DOWN_PAYMENT: _paid_down,
    DURATION: _over_months,
    MONTHS_EMPLOYED: _months_ago,
}
_GIVEN_UP: Final[Mapping[str, dict[str, Value]]] = {MONTHS_EMPLOYED: {"DAYS_EMPLOYED": None}}


def _price_that_follows(request: Request) -> dict[str, Value]:
    """A cash loan finances the goods and what comes on top: what it does not cover, the client pays."""
    credit, price = request["AMT_CREDIT"], request["AMT_GOODS_PRICE"]
    lowered = request.touches("AMT_CREDIT") and "AMT_GOODS_PRICE" not in request.asked
    if request.contract == REVOLVING or not lowered or credit is None or price is None:
        return {}
    financed = min(LEAST_CREDIT_TO_GOODS["Cash loans"], _on_file(request))
    return {"AMT_GOODS_PRICE": cents(credit / financed)} if credit < price * financed else {}


def _on_file(request: Request) -> float:
    """The credit as a share of the price, as it is without any change; 1 where one of them is not known."""
    credit, price = (request.record.get(name) for name in ("AMT_CREDIT", "AMT_GOODS_PRICE"))
    return float(credit / price) if credit and price else 1.0


# ---- what makes no sense


def _one_of_the_two(request: Request) -> Iterator[Problem]:
    if DURATION in request.asked and "AMT_ANNUITY" in request.asked:
        yield Problem(
            DURATION,
            Text(
                "Give the instalment or the duration, not both: the duration sets the instalment.",
                "Indiquez la mensualité ou la durée, pas les deux : la durée fixe la mensualité.",
            ),
        )


def _something_is_lent(request: Request) -> Iterator[Problem]:
    paid = request.asked.get(DOWN_PAYMENT)
    for name in ("AMT_CREDIT", "AMT_GOODS_PRICE"):
        left = request[name]
        if paid and left is not None and left <= 0:
            yield Problem(
                DOWN_PAYMENT,
                Text(
                    "The down payment must be less than the credit and the price of the goods (%(most)s).",
                    "L’apport doit être inférieur au crédit et au prix du bien (%(most)s).",
                ),
                {"most": left + paid},
            )


def _duration_needs_a_rate(request: Request) -> Iterator[Problem]:
    known = request.record.get("AMT_CREDIT") and request.record.get("AMT_ANNUITY")
    if DURATION in request.asked and (request.contract == REVOLVING or not known):
        yield Problem(
            DURATION,
            Text(
                "This request has no duration: a revolving credit, or an instalment that is not known.",
                "Cette demande n’a pas de durée : crédit renouvelable, ou mensualité inconnue.",
            ),
        )


def _repaid_in_time(request: Request) -> Iterator[Problem]:
    credit, annuity = request["AMT_CREDIT"], request["AMT_ANNUITY"]
    if not request.touches("AMT_CREDIT", "AMT_ANNUITY") or not credit or not annuity or credit < 0:
        return
    where = request.first_asked("AMT_ANNUITY", "AMT_CREDIT", DOWN_PAYMENT, DURATION)
    amounts = {"annuity": annuity, "credit": credit}
    if annuity > credit:
        yield Problem(where, _ABOVE_CREDIT, amounts)
    elif credit < annuity * SHORTEST_MONTHS:
        yield Problem(where, _TOO_SOON, amounts)
    elif credit > annuity * LONGEST_MONTHS:
        yield Problem(where, _TOO_LATE, amounts)


_ABOVE_CREDIT: Final = Text(
    "The instalment (%(annuity)s) cannot be above the credit (%(credit)s).",
    "La mensualité (%(annuity)s) ne peut pas dépasser le crédit (%(credit)s).",
)
_TOO_SOON: Final = Text(
    "At %(annuity)s a month, a credit of %(credit)s would be repaid in less than "
    f"{SHORTEST_MONTHS:.0f} months, the shortest term.",
    "À %(annuity)s par mois, un crédit de %(credit)s serait remboursé en moins de "
    f"{SHORTEST_MONTHS:.0f} mois, la durée la plus courte.",
)
_TOO_LATE: Final = Text(
    "At %(annuity)s a month, a credit of %(credit)s would not be repaid within "
    f"{LONGEST_MONTHS:.0f} months, the longest term, even without interest.",
    "À %(annuity)s par mois, un crédit de %(credit)s ne serait pas remboursé en "
    f"{LONGEST_MONTHS:.0f} mois, la durée la plus longue, même sans intérêts.",
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
    on_file = _on_file(request)
    least = min(on_file, LEAST_CREDIT_TO_GOODS.get(request.contract, 0.0))
    most = max(on_file, MOST_CREDIT_TO_GOODS.get(request.contract, float("inf")))
    where = request.first_asked("AMT_GOODS_PRICE", "AMT_CREDIT", DOWN_PAYMENT)
    amounts = {"credit": credit, "price": price}
    if credit < price * least - ONE_CENT:
        yield Problem(where, _PRICE_TOO_HIGH, amounts)
    elif credit > price * most + ONE_CENT:
        yield Problem(where, _PRICE_TOO_LOW, amounts)


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


def _old_enough(request: Request) -> Iterator[Problem]:
    employed, birth = request["DAYS_EMPLOYED"], request["DAYS_BIRTH"]
    if not request.touches("DAYS_EMPLOYED") or employed is None or birth is None:
        return
    most = -birth - YOUNGEST_HIRED * DAYS_PER_YEAR
    if -employed > most:
        yield Problem(
            MONTHS_EMPLOYED,
            Text(
                f"Too long for the client’s age: nobody is hired before {YOUNGEST_HIRED:.0f} years.",
                f"Trop long pour l’âge du client : personne n’est embauché avant {YOUNGEST_HIRED:.0f} ans.",
            ),
        )


_RULES: Final = (
    _one_of_the_two,
    _something_is_lent,
    _duration_needs_a_rate,
    _repaid_in_time,
    _price_near_credit,
    _old_enough,
)
