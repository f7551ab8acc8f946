from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk.pages.palette import entries
from creditdesk.web.request import DeskRequest

MAX_LENGTH = 100


@require_POST
@sensitive_post_parameters("q")
def palette(request: DeskRequest) -> HttpResponse:
    """List what the letters lead to; in a body, because they may be a client's name."""
    text = request.POST.get("q", "")[:MAX_LENGTH]
    return render(request, "_palette_entries.html", {"entries": entries(text, request.user)})
