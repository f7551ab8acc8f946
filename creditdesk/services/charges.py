"""Record what a client declares to pay each month."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, DeclaredCharges
from creditdesk.services.assessment import assess
from creditdesk.services.refusal import ActRefused, locked_case, refuse_to_change


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargesDeclaration:
    """What the client declares, by month, in the unit of stored amounts."""

    housing: float
    loans: float
    other: float
    members: int

    def to_json(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def declare_charges(*, case: Case, declaration: ChargesDeclaration, by: User) -> DeclaredCharges:
    """Record the charges that a client declares, and assess the case anew with them. Raises ActRefused.

    What is on file already is not recorded again: a form that is sent twice declares once.
    """
    if not by.has_perm("creditdesk.add_declaredcharges"):
        raise PermissionDenied
    amounts = declaration.to_json()
    if min(amounts.values()) < 0 or declaration.members < 1:
        raise ActRefused(gettext("Charges are not negative, and a household has at least one member."))
    with transaction.atomic():
        locked = locked_case(case, by)
        refuse_to_change(locked, by)
        newest = locked.charges.last()
        if newest and newest.amounts == amounts and newest.declared_by_id == by.pk:
            return newest
        charges = DeclaredCharges.objects.create(case=locked, amounts=amounts, declared_by=by)
        # The amounts stay out of the chain, which cannot forget.
        details = {"charges": charges.pk, "previous": newest.pk if newest else "", "new": charges.pk}
        audit.record(
            action=Action.CHARGES, actor=by, target=locked.reference, details=details, rows=[charges]
        )
        assess(case=locked, by=by)
    return charges
