"""The pages of one version: how it did, what it goes by, how it treats groups; and the last comparison."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.models import Comparison, ModelVersion
from scoring.presentation import (
    check_labels,
    figures_comparison,
    figures_explanation,
    figures_fairness,
    figures_performance,
)
from scoring.views.versions import current_version, folder_of

EARLIER = 10


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_detail(request: HttpRequest, version: str) -> HttpResponse:
    context = _about(version)
    facts = context["folder"].get("facts", {})
    context |= {
        "activations": context["version"].activations.select_related("activated_by"),
        "checks": check_labels.checks(facts),
        "figures": figures_performance.performance(facts),
    }
    return render(request, "scoring/model_detail.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_explanation(request: HttpRequest, version: str) -> HttpResponse:
    context = _about(version)
    known = context["folder"].get("facts", {}).get("explanation")
    if known:
        context |= {
            "overview": [figures_explanation.importance(known), figures_explanation.groups(known)],
            "dependences": figures_explanation.dependences(known),
            "interactions": [figures_explanation.strengths(known), *figures_explanation.interactions(known)],
        }
    return render(request, "scoring/model_explanation.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_fairness(request: HttpRequest, version: str) -> HttpResponse:
    context = _about(version)
    facts = context["folder"].get("facts", {})
    context |= {"figures": figures_fairness.fairness(facts), "protected": facts.get("protected")}
    return render(request, "scoring/model_fairness.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_comparison(request: HttpRequest) -> HttpResponse:
    """The newest comparison of candidates, or an earlier one by its `number`."""
    known, number = Comparison.objects.newest_first(), request.GET.get("number", "")
    shown = get_object_or_404(known, pk=number) if number.isdecimal() else known.first()
    context: dict[str, Any] = {
        "comparison": shown,
        "earlier": known.exclude(pk=shown.pk)[:EARLIER] if shown else [],
    }
    if shown:
        context |= {"figures": figures_comparison.comparison(shown.found)}
    return render(request, "scoring/model_comparison.html", context)


def _about(version: str) -> dict[str, Any]:
    known = get_object_or_404(ModelVersion, name=version)
    return {"version": known, "current": current_version(), "folder": folder_of(known)}
