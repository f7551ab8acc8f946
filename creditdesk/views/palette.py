"""Palette of cases, acts and pages."""

from urllib.parse import unquote, urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, resolve
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk.models import Case
from creditdesk.pages.palette import entries
from creditdesk.views.case_response import visible_case
from creditdesk.web.erased_cases import CaseErased
from creditdesk.web.request import DeskRequest

MAX_LENGTH = 100


@require_POST
@sensitive_post_parameters("q")
def palette(request: DeskRequest) -> HttpResponse:
    """List what the letters lead to; in a body, because they may be a client's name."""
    text = request.POST.get("q", "")[:MAX_LENGTH]
    return render(
        request, "_palette_entries.html", {"entries": entries(text, request.user, _open_case(request))}
    )


def _open_case(request: DeskRequest) -> Case | None:
    """The case whose page the palette was opened on, or a page below it, as far as the user may see it."""
    try:
        path = unquote(urlsplit(request.htmx.current_url or "").path)
        match = resolve(f"/{path.removeprefix(get_script_prefix())}")
        reference = match.kwargs.get("reference")
        return visible_case(request, reference) if reference else None
    except (Http404, CaseErased):
        return None
