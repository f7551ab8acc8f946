"""Pages of one version: performance, explanation, fairness; and the page of the last comparison."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.models import Comparison, ModelVersion
from scoring.presentation import (
    figures_choices,
    figures_comparison,
    figures_explanation,
    figures_fair_search,
    figures_fairness,
    figures_performance,
    figures_weaknesses,
)
from scoring.presentation.check_labels import check_labels
from scoring.presentation.model_card import model_card
from scoring.presentation.version_folder import read_version_folder
from scoring.views.versions import current_version

EARLIER = 10


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_detail(request: HttpRequest, version: str) -> HttpResponse:
    context = _version_context(version)
    manifest = context["folder"].manifest
    context |= {
        "activations": context["version"].activations.select_related("activated_by"),
        "checks": check_labels(manifest.checks) if manifest and manifest.checks else [],
        "failed": len(manifest.failed_checks) if manifest else 0,
    }
    return render(request, "scoring/model_detail.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_performance(request: HttpRequest, version: str) -> HttpResponse:
    context = _version_context(version)
    if manifest := context["folder"].manifest:
        context |= {"figures": figures_performance.performance(manifest)}
    return render(request, "scoring/model_figures.html", {**context, "page": "performance"})


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_weaknesses(request: HttpRequest, version: str) -> HttpResponse:
    """Where the version does worse, and what its training chose between."""
    context = _version_context(version)
    if manifest := context["folder"].manifest:
        figures = [
            *figures_weaknesses.weaknesses(manifest),
            *figures_choices.choices(manifest),
            *figures_choices.denied_directions(manifest),
        ]
        context |= {"figures": figures}
    return render(request, "scoring/model_figures.html", {**context, "page": "weaknesses"})


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_explanation(request: HttpRequest, version: str) -> HttpResponse:
    context = _version_context(version)
    manifest = context["folder"].manifest
    if manifest and (explanation := manifest.explanation):
        context |= {
            "figures": [
                figures_explanation.importance(explanation),
                figures_explanation.groups(explanation),
            ]
        }
    return render(request, "scoring/model_figures.html", {**context, "page": "explanation"})


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_dependence(request: HttpRequest, version: str) -> HttpResponse:
    """How the estimate goes with each feature that counts."""
    context = _version_context(version)
    manifest = context["folder"].manifest
    if manifest and manifest.explanation:
        context |= {"figures": figures_explanation.dependences(manifest.explanation)}
    return render(request, "scoring/model_figures.html", {**context, "page": "dependence"})


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_interactions(request: HttpRequest, version: str) -> HttpResponse:
    """Features whose effects depend on each other."""
    context = _version_context(version)
    manifest = context["folder"].manifest
    if manifest and (explanation := manifest.explanation):
        context |= {
            "figures": [
                figures_explanation.interaction_strengths(explanation),
                *figures_explanation.interactions(explanation),
            ]
        }
    return render(request, "scoring/model_figures.html", {**context, "page": "interactions"})


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_fairness(request: HttpRequest, version: str) -> HttpResponse:
    context = _version_context(version)
    if manifest := context["folder"].manifest:
        context |= {
            "figures": figures_fairness.fairness(manifest),
            "protected": manifest.protected,
            "alternatives": figures_fair_search.alternatives(manifest),
            "alternative_sentences": figures_fair_search.alternatives_in_words(manifest),
        }
    return render(request, "scoring/model_fairness.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def version_card(request: HttpRequest, version: str) -> HttpResponse:
    """The model card in the reader's language."""
    context = _version_context(version)
    if manifest := context["folder"].manifest:
        context |= {"sections": model_card(manifest)}
    return render(request, "scoring/model_card.html", context)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_comparison(request: HttpRequest) -> HttpResponse:
    """The newest comparison of candidates, or an earlier one by its `number`."""
    comparisons, number = Comparison.objects.newest_first(), request.GET.get("number", "")
    shown = get_object_or_404(comparisons, pk=number) if number.isdecimal() else comparisons.first()
    context: dict[str, Any] = {
        "comparison": shown,
        "earlier": comparisons.exclude(pk=shown.pk)[:EARLIER] if shown else [],
    }
    if shown:
        context |= {"figures": figures_comparison.comparison(shown.results)}
    return render(request, "scoring/model_comparison.html", context)


def _version_context(name: str) -> dict[str, Any]:
    version = get_object_or_404(ModelVersion, name=name)
    return {"version": version, "current": current_version(), "folder": read_version_folder(version)}
