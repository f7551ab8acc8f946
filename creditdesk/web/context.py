"""Template context of every page: the state of the model, and the name of the directory."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest

from creditdesk.services.demo_sign_in import is_open
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable


def model_notice() -> str:
    """Return "demo" while a demo model answers, "suspended" or "unavailable" while none does, else ""."""
    try:
        return "demo" if engine.current().is_demo else ""
    except engine.ModelSuspended:
        return "suspended"
    except ModelUnavailable:
        return "unavailable"


def demo_is_open() -> bool:
    """Whether this is a demo that lets people in by one click."""
    return bool(settings.DEMO_SIGN_IN) and is_open()


def desk(_request: HttpRequest) -> dict[str, Callable[[], str | bool] | str]:
    directory = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    # A callable: fragments, which show no banner, do not query the engine.
    return {"model_notice": model_notice, "demo_is_open": demo_is_open, "directory": directory}
