from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.pages.about import about_page
from scoring import engine, policies
from scoring.ml.model.folder import ModelUnavailable


@require_safe
def about_model(request: HttpRequest) -> HttpResponse:
    """Open to everybody who has signed in: whoever reads a recommendation may know what it rests on."""
    try:
        page = about_page(engine.in_use(), policies.in_force())
    except ModelUnavailable:
        page = None
    return render(request, "creditdesk/about.html", {"page": page})
