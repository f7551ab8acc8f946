"""What the API says about itself: OpenAPI, and the page that shows it."""

from functools import lru_cache

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.api_keys import key_of
from creditdesk.api.problems import unauthorized


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    return render(request, "creditdesk/api_docs.html")


@login_not_required
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """For whoever has signed in, with a session or with a key of any scope."""
    if not (request.user.is_authenticated or _has_key(request)):
        return unauthorized().response()
    return HttpResponse(_schema(request.path), content_type="application/json")


def _has_key(request: HttpRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and key_of(text.strip()) is not None


@lru_cache(maxsize=1)
def _schema(_path: str) -> bytes:
    from creditdesk.api.urls import api

    return orjson.dumps(api.get_openapi_schema())
