from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.help.glossary import TOPICS


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The glossary, open to everybody who has signed in."""
    return render(request, "creditdesk/help.html", {"topics": TOPICS})
