"""The request of a simulation: entered values translated to raw columns, and what follows from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from scoring.ml.features.application.dates import DAYS_PER_MONTH
from scoring.ml.features.frames import Record, Value
from scoring.ml.whatif.editable import (
    DOWN_PAYMENT,
    DURATION,
    MONTHS_EMPLOYED,
)
from scoring.ml.whatif.instalments import annuity_over, likely_months, monthly_rate

EnteredValues = Mapping[str, float | None]
"""The values that a person enters, by name of the editable field; None takes a value away."""
Changes = dict[str, Value]
"""Raw column -> its new value, None for missing."""

# Credit over price of a cash loan, of a revolving one: from 1 and 0.25 on in the real rows.
MIN_CREDIT_TO_GOODS: Final = {"Cash loans": 1.0, "Revolving loans": 0.2}
REVOLVING: Final = "Revolving loans"


@dataclass(frozen=True, slots=True)
class Request:
    """A record with entered values; `changes` are the raw columns that then differ from the record."""

    record: Record
    entered: EnteredValues
    changes: Mapping[str, Value]

    def __getitem__(self, name: str) -> float | None:
        """Return the number in a raw column after the changes; None where it is missing or no number."""
        value = self.changes[name] if name in self.changes else self.record.get(name)
        return value if isinstance(value, int | float) else None

    @property
    def contract(self) -> str:
        return str(self.record.get("NAME_CONTRACT_TYPE"))

    def on_file(self, name: str) -> float | None:
        """Return the number in a raw column before the changes."""
        value = self.record.get(name)
        return value if isinstance(value, int | float) else None

    def touches(self, *names: str) -> bool:
        return any(name in self.changes for name in names)

    @property
    def scales_instalment(self) -> bool:
        """Whether the instalment follows the credit at the term on file."""
        is_entered = "AMT_ANNUITY" in self.entered or DURATION in self.entered
        return self.touches("AMT_CREDIT") and not is_entered

    def first_entered(self, *names: str) -> str:
        """Return the field that a message belongs to: the first of these that was entered."""
        return next((name for name in names if name in self.entered), names[0])


def translate(record: Record, entered: EnteredValues) -> Request:
    """Translate entered values to changes of raw columns; `problems` checks whether they make sense."""
    changes: Changes = {name: value for name, value in entered.items() if name not in _TRANSLATIONS}
    for name, translation in _TRANSLATIONS.items():
        if (value := entered.get(name)) is not None:
            changes |= translation(Request(record, entered, changes), value)
        elif name in entered:
            changes |= _EMPTIED.get(name, {})
    changes |= _financed_price(Request(record, entered, changes))
    changes |= _scaled_instalment(Request(record, entered, changes))
    different = {name: value for name, value in changes.items() if value != record.get(name)}
    return Request(record, entered, different)


def derived_values(request: Request) -> dict[str, float]:
    """Return what the entered values make of other editable fields, by their names.

    The instalment follows a duration, and the credit where neither of the two was entered; the duration
    follows an instalment; the price financed follows a credit below it.
    """
    derived = {
        name: value
        for name in ("AMT_ANNUITY", "AMT_GOODS_PRICE")
        if name not in request.entered and request.touches(name) and (value := request[name]) is not None
    }
    credit, annuity = request["AMT_CREDIT"], request["AMT_ANNUITY"]
    sets_duration = "AMT_ANNUITY" in request.entered and DURATION not in request.entered
    is_changed = request.touches("AMT_CREDIT", "AMT_ANNUITY") and request.contract != REVOLVING
    if sets_duration and is_changed and credit and annuity:
        derived[DURATION] = likely_months(credit, annuity)
    return derived


def cents(amount: float) -> float:
    return round(amount, 2)


# ---- fields that stand for raw columns


def _down_payment(request: Request, paid: float) -> Changes:
    lowered = ((name, request[name]) for name in ("AMT_CREDIT", "AMT_GOODS_PRICE"))
    return {name: cents(amount - paid) for name, amount in lowered if amount is not None and paid}


def _duration(request: Request, months: float) -> Changes:
    credit = request["AMT_CREDIT"]
    credit_on_file, annuity = request.on_file("AMT_CREDIT"), request.on_file("AMT_ANNUITY")
    if credit is None or credit <= 0 or not (credit_on_file and annuity):
        return {}
    rate = monthly_rate(credit_on_file, annuity)
    return {"AMT_ANNUITY": cents(float(annuity_over(credit, months, rate)))}


def _months_employed(request: Request, months: float) -> Changes:
    return {"DAYS_EMPLOYED": -float(round(months * DAYS_PER_MONTH))}


# The down payment comes first: the instalment over a duration is that of the credit that remains.
_TRANSLATIONS: Final[Mapping[str, Callable[[Request, float], Changes]]] = {
    DOWN_PAYMENT: _down_payment,
    DURATION: _duration,
    MONTHS_EMPLOYED: _months_employed,
}
_EMPTIED: Final[Mapping[str, Changes]] = {MONTHS_EMPLOYED: {"DAYS_EMPLOYED": None}}


def _financed_price(request: Request) -> Changes:
    """Lower the price to what the credit covers: a cash loan finances the goods, the client pays the rest."""
    credit, price = request["AMT_CREDIT"], request["AMT_GOODS_PRICE"]
    lowered = request.touches("AMT_CREDIT") and "AMT_GOODS_PRICE" not in request.entered
    if request.contract == REVOLVING or not lowered or credit is None or price is None:
        return {}
    share = min(MIN_CREDIT_TO_GOODS["Cash loans"], credit_to_goods_on_file(request))
    return {"AMT_GOODS_PRICE": cents(credit / share)} if credit < price * share else {}


def _scaled_instalment(request: Request) -> Changes:
    """Scale the instalment with the credit where neither it nor a term was entered: same term, same rate."""
    credit, credit_on_file = request["AMT_CREDIT"], request.on_file("AMT_CREDIT")
    annuity = request.on_file("AMT_ANNUITY")
    if not request.scales_instalment or credit is None or credit <= 0 or not (credit_on_file and annuity):
        return {}
    return {"AMT_ANNUITY": cents(annuity * credit / credit_on_file)}


def credit_to_goods_on_file(request: Request) -> float:
    """Return the credit over the price before any change; 1 where one of them is not known."""
    credit, price = request.on_file("AMT_CREDIT"), request.on_file("AMT_GOODS_PRICE")
    return float(credit / price) if credit and price else 1.0
