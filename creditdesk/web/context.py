"""Template context of every page: the state of the model, the directory's name, notifications and queues."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from creditdesk.cases.queue_counts import unread_count
from creditdesk.pages.queue_tabs import Tab, queue_strip
from creditdesk.services.demo_sign_in import is_open
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable


def model_notice() -> str:
    """Return "demo" while a demo model answers, else "".

    While none answers: "none" before one was activated, "suspended", or "broken" where it cannot be loaded.
    """
    try:
        return "demo" if engine.current().is_demo else ""
    except engine.NoModelActivated:
        return "none"
    except engine.ModelSuspended:
        return "suspended"
    except ModelUnavailable:
        return "broken"


def demo_is_open() -> bool:
    """Whether this is a demo that lets people in by one click."""
    return bool(settings.DEMO_SIGN_IN) and is_open()


def unread_notifications(user: User | AnonymousUser) -> int:
    """Return how many unread notifications this person has."""
    return 0 if user.is_anonymous else unread_count(user)


def desk(request: HttpRequest) -> dict[str, Callable[[], str | bool | int | tuple[Tab, ...]] | str]:
    directory = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    # Callables: fragments, which show neither banner nor header, do not query the engine and the database.
    return {
        "model_notice": model_notice,
        "demo_is_open": demo_is_open,
        "queue_strip": cache(lambda: () if request.user.is_anonymous else queue_strip(request.user)),
        "unread_notifications": cache(lambda: unread_notifications(request.user)),
        "directory": directory,
    }
