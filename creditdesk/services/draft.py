"""Drafts of cases, kept as typed for their author until the case is opened or a month has passed."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from accounts.open_accounts import check_account
from creditdesk.models import Draft
from creditdesk.services.refusal import ActRefused

MAX_DRAFTS: Final = 20


@transaction.atomic
def save_draft(
    *,
    by: User,
    key: UUID,
    answers: Mapping[str, str],
    monitoring: Mapping[str, float | str] | None = None,
) -> Draft:
    """Add or replace a draft. Raises ActRefused when this person has too many.

    Not audited: nothing has happened to a client yet, and every pause in typing would add a row.
    """
    if not by.has_perm("creditdesk.add_case"):
        raise PermissionDenied
    check_account(by)
    draft = Draft.objects.filter(by=by, key=key).first()
    if draft is None:
        if Draft.objects.filter(by=by).count() >= MAX_DRAFTS:
            raise ActRefused(gettext("You keep twenty drafts already: open or delete one first."))
        # Do not reveal that a key is a colleague's: the draft gets another one.
        taken = Draft.objects.filter(key=key).exists()
        draft = Draft(by=by, key=uuid4() if taken else key, monitoring=dict(monitoring or {}))
    draft.answers = dict(answers)
    draft.save()
    return draft


def discard_expired_drafts() -> int:
    """Delete drafts unchanged for a month; return how many. Runs whenever the page of new cases is opened."""
    return Draft.objects.expired().delete()[1].get(Draft._meta.label, 0)
