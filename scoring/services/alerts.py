"""Alerts by e-mail and webhook when a drift limit is passed: once per cool-down, not each night."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final, TypedDict
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.mail_texts import in_every_language
from accounts.outbound import send_request
from scoring.ml.features import catalogue
from scoring.models import Alert, DriftReport
from scoring.models.drift import StoredFinding
from scoring.presentation import formatting
from scoring.presentation.drift_labels import limit_in_words

logger = logging.getLogger(__name__)

WEBHOOK_TIMEOUT: Final = 5.0
MAX_COLUMNS: Final = 10


class Message(TypedDict):
    """Content of an alert, as the webhook posts it."""

    limit: str
    value: float
    threshold: float
    columns: list[str]
    model_version: str
    reference: str
    current: str
    link: str


Sender = Callable[[Message], None]


def alert(report: DriftReport) -> list[Alert]:
    """Send one alert for each limit that the report passes and that no alert was delivered for lately.

    A channel that fails is recorded with its error, and used again by the next check.
    """
    cooldown_start = timezone.now() - timedelta(hours=settings.ALERT_COOLDOWN_HOURS)
    delivered = set(Alert.objects.delivered_since(cooldown_start).values_list("limit", flat=True))
    return [_send(report, finding) for finding in report.findings if finding["limit"] not in delivered]


def _send(report: DriftReport, finding: StoredFinding) -> Alert:
    message: Message = {
        "limit": finding["limit"],
        "value": finding["value"],
        "threshold": finding["threshold"],
        "columns": finding["columns"][:MAX_COLUMNS],
        "model_version": report.model_version,
        "reference": report.reference,
        "current": report.current,
        "link": settings.DESK_URL.rstrip("/") + reverse("drift_report", args=[report.pk]),
    }
    ways = [{"way": channel, "error": _error_of(send, message)} for channel, send in _channels()]
    return Alert.objects.create(
        report=report,
        limit=finding["limit"],
        value=finding["value"],
        threshold=finding["threshold"],
        model_version=report.model_version,
        ways=ways,
        delivered=any(not way["error"] for way in ways),
    )


def _channels() -> Iterator[tuple[str, Sender]]:
    if settings.ALERT_EMAILS:
        yield "email", _email
    if settings.ALERT_WEBHOOK:
        yield "webhook", _webhook


def _error_of(send: Sender, message: Message) -> str:
    try:
        send(message)
    except (OSError, URLError, ValueError) as error:
        logger.warning("the alert on %s could not be sent: %s", message["limit"], error)
        return str(error)[:300] or type(error).__name__
    return ""


def _email(message: Message) -> None:
    send_mail(
        f"creditdesk: {message['limit']} {message['value']:.3f} > {message['threshold']:g}",
        in_every_language(partial(_text, message)),
        settings.DEFAULT_FROM_EMAIL,
        settings.ALERT_EMAILS,
    )


def _text(message: Message) -> str:
    """The alert in words, in the language in force."""
    labels = [_label(name) for name in message["columns"]]
    lines = [
        gettext("Drift, %(limit)s: %(value)s, above the limit of %(threshold)s.")
        % {
            "limit": limit_in_words(message["limit"]),
            "value": formatting.number(message["value"], 3),
            "threshold": formatting.number(message["threshold"], 2),
        },
        gettext("Model: %(version)s") % {"version": message["model_version"]}
        if message["model_version"]
        else "",
        gettext("Columns: %(columns)s") % {"columns": ", ".join(labels)} if labels else "",
        gettext("The report: %(link)s") % {"link": message["link"]},
    ]
    return "\n".join(filter(None, lines))


def _label(name: str) -> str:
    """The label of a column beside its name, by which the log and the webhook call it."""
    feature = catalogue.BY_NAME.get(name)
    return f"{formatting.localize(feature.label)} ({name})" if feature else name


def _webhook(message: Message) -> None:
    address: str = settings.ALERT_WEBHOOK
    if urlsplit(address).scheme not in {"https", "http"}:
        raise ValueError("ALERT_WEBHOOK is not an http(s) address")
    request = Request(  # noqa: S310 (the scheme was checked)
        address, json.dumps(message).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with send_request(request, timeout=WEBHOOK_TIMEOUT):
        pass
