"""Tell people by e-mail and webhook that a limit was passed: once in a while, not each night."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from scoring.models import Alert, DriftReport

logger = logging.getLogger(__name__)

WEBHOOK_TIMEOUT: Final = 5.0


def alert(report: DriftReport) -> list[Alert]:
    """One alert for each limit that the report passes and that nobody was told of lately.

    A way that fails is recorded with its error, and asked again by the next check.
    """
    cooled = timezone.now() - timedelta(hours=settings.ALERT_COOLDOWN_HOURS)
    told = set(Alert.objects.heard_since(cooled).values_list("limit", flat=True))
    return [_tell(report, finding) for finding in report.findings if finding["limit"] not in told]


def _tell(report: DriftReport, finding: Mapping[str, Any]) -> Alert:
    message = {
        "limit": finding["limit"],
        "value": finding["value"],
        "threshold": finding["threshold"],
        "columns": finding["columns"][:10],
        "model_version": report.model_version,
        "reference": report.reference,
        "current": report.current,
        "link": settings.DESK_URL.rstrip("/") + reverse("drift_report", args=[report.pk]),
    }
    ways = [{"way": name, "error": _error_of(send, message)} for name, send in _ways()]
    return Alert.objects.create(
        report=report,
        limit=finding["limit"],
        value=finding["value"],
        threshold=finding["threshold"],
        model_version=report.model_version,
        ways=ways,
        delivered=any(not way["error"] for way in ways),
    )


def _ways() -> Iterator[tuple[str, Callable[[Mapping[str, Any]], None]]]:
    if settings.ALERT_EMAILS:
        yield "email", _email
    if settings.ALERT_WEBHOOK:
        yield "webhook", _webhook


def _error_of(send: Callable[[Mapping[str, Any]], None], message: Mapping[str, Any]) -> str:
    try:
        send(message)
    except (OSError, URLError, ValueError) as error:
        logger.warning("the alert on %s could not be sent: %s", message["limit"], error)
        return str(error)[:300] or type(error).__name__
    return ""


def _email(message: Mapping[str, Any]) -> None:
    lines = [f"{name}: {value}" for name, value in message.items()]
    send_mail(
        f"creditdesk: {message['limit']} is {message['value']:.3f}, limit {message['threshold']:g}",
        "\n".join(lines),
        settings.DEFAULT_FROM_EMAIL,
        settings.ALERT_EMAILS,
    )


def _webhook(message: Mapping[str, Any]) -> None:
    address: str = settings.ALERT_WEBHOOK
    if urlsplit(address).scheme not in {"https", "http"}:
        raise ValueError("ALERT_WEBHOOK is not an http(s) address")
    request = Request(  # noqa: S310 (the scheme was checked)
        address, json.dumps(message).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urlopen(request, timeout=WEBHOOK_TIMEOUT):  # noqa: S310
        pass
