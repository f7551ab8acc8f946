from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from scoring import engine
from scoring.ml.model.folder import ModelUnavailable


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer while the process lives, without a query."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


def _model() -> str:
    try:
        engine.current()
    except engine.ModelSuspended:
        # A person suspended it: the desk serves on, and every verdict is refer.
        return "suspended"
    except (ModelUnavailable, DatabaseError):
        return "not loaded"
    return "ok"


@login_not_required
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers and a model is loaded or suspended, else 503 with the states."""
    parts = {"database": _database(), "model": _model()}
    ready = all(state in {"ok", "suspended"} for state in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
