"""Template context of every page: the state of the model."""

from collections.abc import Callable

from django.http import HttpRequest

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


def desk(_request: HttpRequest) -> dict[str, Callable[[], str]]:
    # A callable: fragments, which show no banner, do not query the engine.
    return {"model_notice": model_notice}
