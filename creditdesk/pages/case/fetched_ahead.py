"""State of a case page that was fetched ahead: what must be the same when a person opens it."""

import hashlib

from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import AuditEvent
from creditdesk.models import Case
from creditdesk.services import standing_assessment


def page_state(case: Case) -> str:
    """Return a digest of all that the page shows: every act on the case, the assessment that stands, day and
    language."""
    acts = AuditEvent.objects.filter(target=case.reference).order_by("-sequence")
    standing = standing_assessment(case)
    shown = (
        acts.values_list("sequence", flat=True).first(),
        standing.pk if standing else None,
        timezone.localdate(),
        get_language(),
    )
    return hashlib.sha256(repr((case.pk, *shown)).encode()).hexdigest()[:16]
