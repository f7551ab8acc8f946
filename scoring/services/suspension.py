"""Suspension of the model: while it is in force every verdict is refer."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from scoring.models import MIN_REASON_LENGTH, Suspension


class SuspensionRefused(Exception):
    """Nothing was changed; the message gives the reason."""


def suspend(*, reason: str, by: User) -> Suspension:
    """Let no model answer from now on. Raises SuspensionRefused."""
    return _switch(suspends=True, reason=reason, by=by)


def resume(*, reason: str, by: User) -> Suspension:
    """Let the version in use answer again. Raises SuspensionRefused."""
    return _switch(suspends=False, reason=reason, by=by)


@transaction.atomic
def _switch(*, suspends: bool, reason: str, by: User) -> Suspension:
    if not by.has_perm("scoring.suspend_model"):
        raise PermissionDenied
    reason = reason.strip()
    if len(reason) < MIN_REASON_LENGTH:
        raise SuspensionRefused(
            gettext("Say why in at least %(least)s characters.") % {"least": MIN_REASON_LENGTH}
        )
    if bool(Suspension.objects.in_force()) == suspends:
        raise SuspensionRefused(
            gettext("The model is suspended already.") if suspends else gettext("The model is not suspended.")
        )
    row = Suspension.objects.create(suspends=suspends, reason=reason, by=by)
    action = Action.MODEL_SUSPENDED if suspends else Action.MODEL_RESUMED
    audit.record(action=action, actor=by, details={"suspension": row.pk}, rows=[row])
    return row
