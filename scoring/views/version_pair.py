from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scoring.forms import PairForm
from scoring.models import ModelVersion
from scoring.presentation.version_pair import Pair
from scoring.views.versions import folder_of


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_pair(request: HttpRequest) -> HttpResponse:
    """Two versions side by side: what they are made of and how they did."""
    form = PairForm(request.GET or None, label_suffix="")
    pair = pair_of(form) if form.is_valid() else None
    return render(request, "scoring/model_pair.html", {"form": form, "pair": pair})


def pair_of(form: PairForm) -> Pair:
    versions: tuple[ModelVersion, ModelVersion] = (form.cleaned_data["one"], form.cleaned_data["other"])
    return Pair(versions, (folder_of(versions[0]), folder_of(versions[1])))
