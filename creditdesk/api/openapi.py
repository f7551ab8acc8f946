"""The OpenAPI document of the API, and the page that shows it."""

from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from accounts.api_keys.lifecycle import key_of
from creditdesk.api.problems import MEDIA_TYPE, unauthorized
from creditdesk.limits import API_PATH

ERRORS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_FIELD_ERROR: Final = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
}
PROBLEM: Final = {
    "title": "Problem",
    "description": "RFC 9457. `errors` name the fields that are wrong.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": _FIELD_ERROR},
    },
}
BATCH_ITEM: Final = {
    "anyOf": [
        {"$ref": "#/components/schemas/PredictionRequest"},
        {"title": "Anything else", "description": "Answered by its problem, under its index."},
    ]
}
IDEMPOTENCY_KEY: Final = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "For 24 hours the same key with the same body gets the same answer and nothing is done "
    "twice; with another body it is refused.",
}
# The published name of a schema: programs have generated code from it.
_PUBLISHED: Final = (b"PredictionRequest", b"Question")


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    return render(request, "creditdesk/api_docs.html")


@login_not_required
@require_safe
def openapi_json(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """Serve the document to a session or to a key of any scope."""
    if not (request.user.is_authenticated or _has_key(request)):
        return unauthorized().response()
    return HttpResponse(document(api), content_type="application/json")


def _has_key(request: HttpRequest) -> bool:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and key_of(text.strip()) is not None


@lru_cache(maxsize=1)
def document(api: NinjaAPI) -> bytes:
    """The OpenAPI document as JSON, with the errors and the Idempotency-Key that every operation shares."""
    schema: dict[str, Any] = api.get_openapi_schema(path_prefix=API_PATH)
    schemas = schema["components"]["schemas"]
    schemas["Problem"] = PROBLEM
    # Batch items are validated one by one, so Pydantic does not know their type.
    schemas["Batch"]["properties"]["items"]["items"] = BATCH_ITEM
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"] |= {str(int(status)): _error(status) for status in ERRORS}
            if "requestBody" in operation:
                operation["parameters"] = [*operation.get("parameters", ()), IDEMPOTENCY_KEY]
    return orjson.dumps(schema, option=orjson.OPT_NON_STR_KEYS).replace(*_PUBLISHED)


def _error(status: HTTPStatus) -> dict[str, object]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": status.phrase, "content": content}
