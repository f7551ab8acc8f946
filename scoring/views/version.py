"""Pages of one version: performance, explanation, fairness; and the page of the last comparison."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.row_keys import row_key
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_validation import ExplanationSection
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
from scoring.presentation.figure import Figure
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
    return _figures(request, version, "performance", figures_performance.performance)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_weaknesses(request: HttpRequest, version: str) -> HttpResponse:
    """Where the version does worse, and what its training chose between."""

    def figures(manifest: Manifest) -> list[Figure]:
        return [
            *figures_weaknesses.weaknesses(manifest),
            *figures_choices.choices(manifest),
            *figures_choices.denied_directions(manifest),
        ]

    return _figures(request, version, "weaknesses", figures)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_explanation(request: HttpRequest, version: str) -> HttpResponse:
    def figures(explanation: ExplanationSection) -> list[Figure]:
        return [figures_explanation.importance(explanation), figures_explanation.groups(explanation)]

    return _figures(request, version, "explanation", _of_explanation(figures))


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_dependence(request: HttpRequest, version: str) -> HttpResponse:
    """How the estimate goes with each feature that counts."""
    return _figures(request, version, "dependence", _of_explanation(figures_explanation.dependences))


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_interactions(request: HttpRequest, version: str) -> HttpResponse:
    """Features whose effects depend on each other."""

    def figures(explanation: ExplanationSection) -> list[Figure]:
        return [
            figures_explanation.interaction_strengths(explanation),
            *figures_explanation.interactions(explanation),
        ]

    return _figures(request, version, "interactions", _of_explanation(figures))


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
    comparisons, number = Comparison.objects.newest_first(), row_key(request.GET.get("number", ""))
    shown = comparisons.first() if number is None else get_object_or_404(comparisons, pk=number)
    context: dict[str, Any] = {
        "comparison": shown,
        "earlier": comparisons.exclude(pk=shown.pk)[:EARLIER] if shown else [],
    }
    if shown:
        context |= {"figures": figures_comparison.comparison(shown.results)}
    return render(request, "scoring/model_comparison.html", context)


def _version_context(name: str) -> dict[str, Any]:
    version = get_object_or_404(ModelVersion, name=name)
    folder = read_version_folder(version, checks_all=True)
    return {"version": version, "current": current_version(), "folder": folder}


def _figures(
    request: HttpRequest, version: str, page: str, figures_of: Callable[[Manifest], list[Figure]]
) -> HttpResponse:
    """A page of figures of one version; empty where its folder cannot be read."""
    context = _version_context(version)
    manifest = context["folder"].manifest
    context |= {"page": page, "figures": figures_of(manifest) if manifest else []}
    return render(request, "scoring/model_figures.html", context)


def _of_explanation(
    figures_of: Callable[[ExplanationSection], list[Figure]],
) -> Callable[[Manifest], list[Figure]]:
    """The figures of a version that was trained with a global explanation; none of another."""
    return lambda manifest: figures_of(manifest.explanation) if manifest.explanation else []
