"""Notifications: their page, their count in the header, and marking them as read."""

from datetime import UTC, datetime
from typing import Final

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from accounts.row_keys import row_key
from creditdesk import services
from creditdesk.models import Notification
from creditdesk.web.request import DeskRequest

PAGE_SIZE: Final = 20


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def notifications(request: DeskRequest) -> HttpResponse:
    listed = Notification.objects.visible_to(request.user).select_related("case__client", "actor")
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "has_unread": listed.unread().exists(), "now": timezone.now()}
    return render(request, "creditdesk/notifications.html", context)


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def notification_count(request: DeskRequest) -> HttpResponse:
    """Show the counts in the header; a page that is open asks again while it is seen."""
    return render(request, "_notification_count.html")


@require_POST
@permission_required("creditdesk.view_case", raise_exception=True)
def notifications_read(request: DeskRequest) -> HttpResponse:
    """Mark one notification as read, or all that the page has shown."""
    until, number = request.POST.get("until", ""), request.POST.get("notification", "")
    shown_at = _moment(until) if until else timezone.now()
    key = row_key(number)
    if shown_at and (key is not None or not number):
        services.mark_read(by=request.user, until=shown_at, pk=key)
    return redirect("notifications")


def _moment(text: str) -> datetime | None:
    """The moment that a page states, None for a text that is none, or one outside the calendar."""
    try:
        moment = parse_datetime(text)
        return None if moment is None or timezone.is_naive(moment) else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
