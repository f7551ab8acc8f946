"""Notify advisors of cases whose due date has just passed."""

from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from creditdesk.models import Case, Notification
from creditdesk.services.notification import notify

# Cases that were overdue longer when the desk began to notify would be a flood.
RECENT: Final = timedelta(days=7)


@transaction.atomic
def notify_overdue() -> int:
    """Notify each advisor once of every pending case of theirs whose due date has passed this week."""
    first_day = timezone.localdate() - timedelta(days=settings.DECISION_DAYS) - RECENT
    since = timezone.make_aware(datetime.combine(first_day, time.min))
    cases = (
        Case.objects.pending()
        .late()
        .filter(submitted_at__gte=since, advisor__is_active=True)
        .select_related("advisor")
    )
    before = Notification.objects.count()
    for case in cases:
        notify(people=[case.advisor], kind=Notification.Kind.OVERDUE, cases=[case], by=None)
    return Notification.objects.count() - before
