from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.measures import measured
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import Activation, ModelVersion


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_list(request: HttpRequest) -> HttpResponse:
    versions = ModelVersion.objects.order_by("-registered_at", "-pk")
    context = {"versions": [(version, _folder(version)) for version in versions], "current": _current()}
    return render(request, "scoring/model_list.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_detail(request: HttpRequest, version: str) -> HttpResponse:
    known = get_object_or_404(ModelVersion, name=version)
    context = {
        "version": known,
        "current": _current(),
        "activations": known.activations.select_related("activated_by"),
        "folder": _folder(known),
    }
    return render(request, "scoring/model_detail.html", context)


def _current() -> ModelVersion | None:
    activation = Activation.objects.current().first()
    return activation.version if activation else None


def _folder(version: ModelVersion) -> dict[str, Any]:
    """What the folder says about itself, or why it cannot be trusted."""
    path = settings.ML_ARTIFACTS / version.name
    try:
        facts = folder.facts_of(path, digest=version.digest)
        card = folder.card_of(path, facts)
    except ModelUnavailable as error:
        return {"broken": str(error)}
    trained_at = datetime.fromisoformat(facts["created_at"])
    return {"facts": facts, "card": card, "metrics": measured(facts), "trained_at": trained_at}
