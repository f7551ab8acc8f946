"""The rules by which cases go to advisors, read from the settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.core.exceptions import ImproperlyConfigured

_FORM: Final = (
    "ASSIGNMENT_RULES are written as product:Revolving loans=anna+boris,amount:9000=team:North,any=anna>boris"
)
# Before the name of a team, which stands for its members: no user name has a colon.
TEAM: Final = "team:"


@dataclass(frozen=True, slots=True)
class AssignmentRule:
    """Advisors, by user name or team, for cases of one contract type or from one amount on; `None` fits any.

    `in_turn`: strictly one after the other, else each case goes to whoever has the fewest.
    """

    advisors: tuple[str, ...]
    contract_type: str | None = None
    least_amount: Decimal | None = None
    in_turn: bool = False

    def fits(self, contract_type: str, amount: Decimal) -> bool:
        if self.contract_type is not None and contract_type != self.contract_type:
            return False
        return self.least_amount is None or amount >= self.least_amount


def assignment_rules(texts: Sequence[str]) -> tuple[AssignmentRule, ...]:
    """The rules in their order: the first one that fits a case counts. Raises ImproperlyConfigured."""
    return tuple(_rule(text.strip()) for text in texts)


def _rule(text: str) -> AssignmentRule:
    condition, _, people = text.partition("=")
    in_turn = ">" in people
    advisors = tuple(_name(part) for part in people.replace(">", "+").split("+") if part.strip())
    kind, _, value = (part.strip() for part in condition.partition(":"))
    if in_turn and "+" in people:
        raise ImproperlyConfigured(f"{_FORM}: {text!r} mixes > (in turn) and + (whoever has the fewest)")
    if not advisors or TEAM in advisors:
        raise ImproperlyConfigured(f"{_FORM}: {text!r} names nobody")
    match kind:
        case "any" if not value:
            return AssignmentRule(advisors, in_turn=in_turn)
        case "product" if value:
            return AssignmentRule(advisors, contract_type=value, in_turn=in_turn)
        case "amount":
            return AssignmentRule(advisors, least_amount=_amount(value, text), in_turn=in_turn)
    raise ImproperlyConfigured(f"{_FORM}: {text!r} is none of product:, amount: and any")


def _name(text: str) -> str:
    """A user name, or a team's after the mark of a team, without blanks around it."""
    name = text.strip()
    return TEAM + name.removeprefix(TEAM).strip() if name.startswith(TEAM) else name


def _amount(value: str, text: str) -> Decimal:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ImproperlyConfigured(f"{_FORM}: {text!r} has no amount")
    return amount
