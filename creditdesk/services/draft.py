"""A case that is being entered: kept as typed, for its author alone, until it is opened or a month old."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.models import Draft
from creditdesk.services.refusal import ActRefused

MOST_DRAFTS: Final = 20


@transaction.atomic
def save_draft(
    *, by: User, key: UUID, answers: Mapping[str, str], monitoring: Mapping[str, Any] | None = None
) -> Draft:
    """Add the draft or write it anew. Raises ActRefused where one person keeps too many.

    Not audited: nothing happened to a client yet, and a row for every pause in typing would say nothing.
    """
    if not by.has_perm("creditdesk.add_case"):
        raise PermissionDenied
    draft = Draft.objects.filter(by=by, key=key).first()
    if draft is None:
        if Draft.objects.filter(by=by).count() >= MOST_DRAFTS:
            raise ActRefused(gettext("You keep twenty drafts already: open or delete one first."))
        # A key that is a colleague's is nobody's business: the draft gets one of its own.
        taken = Draft.objects.filter(key=key).exists()
        draft = Draft(by=by, key=uuid4() if taken else key, monitoring=dict(monitoring or {}))
    draft.answers = dict(answers)
    draft.save()
    return draft


def discard_expired_drafts() -> int:
    """Those that nobody touched for a month; asked whenever somebody opens the page of new cases."""
    return Draft.objects.expired().delete()[0]
