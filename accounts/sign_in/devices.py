"""Devices that somebody has signed in from before: a signed cookie per person."""

import secrets
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse

REMEMBERED_DAYS = 180


def known_device(request: HttpRequest, username: str) -> str:
    """The mark that this person left on this device when signing in; empty on any other device."""
    return request.get_signed_cookie(_cookie(username), default="", salt=username, max_age=_max_age()) or ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    response.set_signed_cookie(
        _cookie(username),
        known_device(request, username) or secrets.token_urlsafe(12),
        salt=username,
        max_age=_max_age(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _cookie(username: str) -> str:
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}device-{sha256(username.encode()).hexdigest()[:12]}"


def _max_age() -> int:
    return REMEMBERED_DAYS * 24 * 3600
