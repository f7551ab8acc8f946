"""A role with more rights, or a return after deactivation, takes two administrators."""

from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.audit import Action, record
from accounts.models import RoleRequest, User
from accounts.oidc.groups import is_of_directory
from accounts.roles import Role

MIN_REASON_LENGTH: Final = 20


class RoleRefused(Exception):
    """No role was requested or given; the message says why."""


def request_role(*, user: User, role: str, by: User, reactivates: bool = False) -> RoleRequest:
    """Ask for a role that adds rights to those of the user, or for their return. Raises RoleRefused."""
    if not by.has_perm("accounts.change_user"):
        raise PermissionDenied
    if is_of_directory(user):
        raise RoleRefused(
            gettext("The role of %(name)s comes from a group of the directory.") % {"name": user}
        )
    if user.pk == by.pk:
        raise RoleRefused(gettext("Nobody asks for a role of their own."))
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.role_requests.pending().exists():
            raise RoleRefused(gettext("A role is already requested for %(name)s.") % {"name": user})
        if reactivates and locked.is_active:
            raise RoleRefused(gettext("%(name)s is active already.") % {"name": user})
        request = RoleRequest.objects.create(
            user=locked, previous_role=locked.role, role=role, reactivates=reactivates, requested_by=by
        )
        _audit(request, Action.ROLE_REQUESTED, by, previous=locked.role, new=role)
    return request


def answer_role_request(*, request: RoleRequest, approve: bool, by: User) -> RoleRequest:
    """Approve or reject as another administrator. Raises RoleRefused."""
    if not by.has_perm("accounts.answer_rolerequest"):
        raise PermissionDenied
    if approve and is_of_directory(request.user):
        text = gettext("The role of %(name)s comes from a group of the directory.")
        raise RoleRefused(text % {"name": request.user})
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=request.user_id)
        locked = RoleRequest.objects.select_for_update().get(pk=request.pk)
        if locked.answered_at:
            raise RoleRefused(gettext("This request is answered already."))
        if by.pk in {locked.requested_by_id, locked.user_id}:
            raise RoleRefused(gettext("Another administrator has to answer this request."))
        if approve and (user.role != locked.previous_role or (locked.reactivates and user.is_active)):
            raise RoleRefused(gettext("The role has changed since: reject this request and ask anew."))
        outcome = RoleRequest.Outcome.APPROVED if approve else RoleRequest.Outcome.REJECTED
        locked.outcome, locked.answered_by, locked.answered_at = outcome, by, timezone.now()
        locked.save()
        if approve:
            user.role = locked.role
            user.is_active = user.is_active or locked.reactivates
            user.save(update_fields=["role", "is_active"])
        _audit(locked, Action.ROLE_ANSWERED, by, previous=locked.previous_role, new=user.role)
    return locked


@transaction.atomic
def grant_role(*, user: User, role: str, reason: str) -> User:
    """Give a role, and activate, on the command line, where no second administrator is left.

    Raises RoleRefused.
    """
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise RoleRefused(f"say why in at least {MIN_REASON_LENGTH} characters")
    if role not in Role.values:
        raise RoleRefused(f"there is no role {role}: {', '.join(Role.values)}")
    locked = User.objects.select_for_update().get(pk=user.pk)
    previous, locked.role = locked.role, role
    was_active, locked.is_active = locked.is_active, True
    locked.save(update_fields=["role", "is_active"])
    details = {"previous": previous, "new": role, "reactivated": not was_active, "reason": reason.strip()}
    record(
        action=Action.ROLE_GRANTED,
        actor=None,
        target=f"user:{locked.get_username()}",
        details=details,
        rows=[locked],
    )
    return locked


def _audit(request: RoleRequest, action: Action, by: User, *, previous: str, new: str) -> None:
    details = {
        "request": request.pk,
        "outcome": request.outcome,
        "reactivates": request.reactivates,
        "previous": previous,
        "new": new,
    }
    rows = [request, request.user] if request.outcome == RoleRequest.Outcome.APPROVED else [request]
    record(action=action, actor=by, target=f"user:{request.user.get_username()}", details=details, rows=rows)
