"""Record an absence with a deputy, and cancel it."""

from datetime import date, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.cases.team import deciders
from creditdesk.models import Absence
from creditdesk.services.handover import hand_on
from creditdesk.services.refusal import ActRefused, name_of

MAX_DAYS: Final = 366


@transaction.atomic
def record_absence(*, person: User, from_on: date, until_on: date, deputy: User | None, by: User) -> Absence:
    """Record days on which a person is away; from the first of them their cases go on. Raises ActRefused.

    A person records their own absence, a manager anybody's.
    """
    _check_permission(person, by)
    # One at a time for each person: of two overlapping absences the second is refused.
    User.objects.select_for_update().get(pk=person.pk)
    _check_days(person, from_on, until_on)
    _check_deputy(person, deputy)
    absence = Absence.objects.create(
        person=person, from_on=from_on, until_on=until_on, deputy=deputy, recorded_by=by
    )
    _audit(absence, Action.ABSENCE, by)
    if absence.is_in_force:
        hand_on(person=person, by=by)
    return absence


@transaction.atomic
def cancel_absence(*, absence: Absence, by: User) -> Absence:
    """Cancel an absence; cases that were handed on stay where they are. Raises ActRefused."""
    _check_permission(absence.person, by)
    locked = Absence.objects.select_for_update().get(pk=absence.pk)
    if locked.cancelled_at or locked.until_on < timezone.localdate():
        raise ActRefused(gettext("This absence is over already."))
    locked.cancelled_by, locked.cancelled_at = by, timezone.now()
    locked.save(update_fields=["cancelled_by", "cancelled_at"])
    _audit(locked, Action.ABSENCE_CANCELLED, by)
    return locked


def _check_permission(person: User, by: User) -> None:
    own = person.pk == by.pk and by.has_perm("creditdesk.record_absence")
    if not own and not by.has_perm("creditdesk.record_any_absence"):
        raise PermissionDenied


def _check_days(person: User, from_on: date, until_on: date) -> None:
    if from_on < timezone.localdate() or until_on < from_on:
        raise ActRefused(gettext("An absence begins today or later, and ends no earlier than it begins."))
    if until_on - from_on > timedelta(days=MAX_DAYS):
        raise ActRefused(gettext("An absence lasts a year at most."))
    if Absence.objects.filter(person=person).overlapping(from_on, until_on).exists():
        raise ActRefused(
            gettext("An absence of %(person)s covers some of these days already.")
            % {"person": name_of(person)}
        )


def _check_deputy(person: User, deputy: User | None) -> None:
    if deputy is None:
        return
    if deputy.pk == person.pk:
        raise ActRefused(gettext("A deputy is somebody else."))
    if not deciders().filter(pk=deputy.pk).exists():
        raise ActRefused(gettext("%(person)s decides no cases.") % {"person": name_of(deputy)})


def _audit(absence: Absence, action: Action, by: User) -> None:
    details = {
        "from": absence.from_on.isoformat(),
        "until": absence.until_on.isoformat(),
        "deputy": absence.deputy.get_username() if absence.deputy else "",
        "previous": "absent" if absence.cancelled_at else "",
        "new": "" if absence.cancelled_at else "absent",
    }
    target = f"user:{absence.person.get_username()}"
    audit.record(action=action, actor=by, target=target, details=details, rows=[absence])
