"""Put a case aside until a day, and take it up again."""

from datetime import date, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Snooze
from creditdesk.services.claim import end_own_claim
from creditdesk.services.refusal import (
    ActRefused,
    active_claim,
    already_claimed,
    locked_case,
    refuse_when_closed,
    refuse_when_passed_on,
)
from creditdesk.services.snooze_end import audit_snooze, end

MAX_DAYS: Final = 90


@transaction.atomic
def snooze(*, case: Case, until_on: date, reason: str, by: User) -> Snooze:
    """Keep the case out of the queues until a day; its due date stays. Raises ActRefused.

    Whoever passed the case on hides it from nobody who has it now. A form that is sent twice puts the case
    aside once.
    """
    if not by.has_perm("creditdesk.snooze_case"):
        raise PermissionDenied
    today = timezone.localdate()
    if not reason.strip():
        raise ActRefused(gettext("Say what the case waits for."))
    if not today < until_on <= today + timedelta(days=MAX_DAYS):
        raise ActRefused(
            gettext("A case is put aside until a later day, %(most)s days at most.") % {"most": MAX_DAYS}
        )
    locked = locked_case(case, by)
    _refuse_when_not_free(locked, by)
    end_own_claim(locked, by)
    # One whose day has come is still open in the table.
    if earlier := locked.snoozes.select_for_update().filter(ended_at__isnull=True).first():
        is_same = earlier.is_in_force and earlier.until_on == until_on and earlier.reason == reason.strip()
        if is_same and earlier.snoozed_by_id == by.pk:
            return earlier
        end(earlier, by)
    created = Snooze.objects.create(case=locked, until_on=until_on, reason=reason.strip(), snoozed_by=by)
    audit_snooze(created, Action.SNOOZE, by, previous="", new=until_on.isoformat())
    return created


@transaction.atomic
def end_snooze(*, case: Case, by: User) -> Snooze:
    """Take the case up again before its day. Raises ActRefused."""
    if not by.has_perm("creditdesk.snooze_case"):
        raise PermissionDenied
    locked = locked_case(case, by)
    active = locked.snoozes.in_force().select_for_update().first()
    if active is None:
        raise ActRefused(gettext("This case is not put aside."))
    return end(active, by)


def _refuse_when_not_free(case: Case, by: User) -> None:
    refuse_when_closed(case)
    if (claim := active_claim(case)) and claim.held_by_id != by.pk:
        raise ActRefused(already_claimed(claim))
    if case.escalations.unanswered().exists():
        raise ActRefused(gettext("This case is with a manager already."))
    refuse_when_passed_on(case, by)
