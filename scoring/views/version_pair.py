from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scoring.forms import PairForm
from scoring.models import ModelVersion
from scoring.presentation.version_folder import read_version_folder
from scoring.presentation.version_pair import VersionPair


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_pair(request: HttpRequest) -> HttpResponse:
    """Two versions side by side: identity, metrics on their hold-outs, features of one alone."""
    form = PairForm(request.GET or None, label_suffix="")
    pair = pair_of(form) if form.is_valid() else None
    context = {"form": form, "pair": pair, "can_compare": ModelVersion.objects.count() > 1}
    return render(request, "scoring/model_pair.html", context)


def pair_of(form: PairForm) -> VersionPair:
    versions: tuple[ModelVersion, ModelVersion] = (
        form.cleaned_data["first"],
        form.cleaned_data["second"],
    )
    return VersionPair(versions, (read_version_folder(versions[0]), read_version_folder(versions[1])))
