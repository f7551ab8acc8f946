"""Authentication of the API: a key in the Authorization header, within its scopes and its rate limit."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser
from ninja.security import HttpBearer

from accounts.api_keys import rate_limit
from accounts.api_keys.lifecycle import key_of, note_use
from accounts.models import ApiKey, User
from creditdesk.api.body_check import check_body
from creditdesk.api.problems import MEDIA_TYPE, Problem
from creditdesk.limits import API_LARGEST_BODY, API_PATH

PLAIN_HTTP: Final = (
    "The API is reached by HTTPS alone. Replace the key if one was sent: it was readable on its way."
)


class ApiRequest(HttpRequest):
    """A request authenticated by a key: `auth` is the key, `user` its owner."""

    auth: ApiKey
    user: User


def api_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Ignore the cookies of a request that sends a key; turn every error below API_PATH into problem+json."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API_PATH):
            return get_response(request)
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return Problem(HTTPStatus.FORBIDDEN, PLAIN_HTTP).response()
        if "Authorization" in request.headers:
            request.COOKIES = {}
        response = get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            return _as_problem(response)
        return response

    return middleware


def _as_problem(response: HttpResponse) -> HttpResponse:
    status = HTTPStatus(response.status_code)
    headers = {name: response[name] for name in ("Allow",) if name in response}
    return Problem(status, status.description or status.phrase, headers=headers).response()


class Key(HttpBearer):
    """Admit a usable key that has this scope, then read the request body."""

    openapi_description = "Made on the page API keys or with manage.py create_api_key."

    def __init__(self, scope: ApiKey.Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = key_of(token.strip())
        if key is None:
            return None
        # From here on a refusal has a known user, under whom the audit log records it.
        request.user = key.owner
        require_scope(key, self.scope)
        charge(key)
        note_use(key)
        read_body(request)
        return key


def charge(key: ApiKey, requests: int = 1) -> None:
    """Count so many requests against the key's limit. Raise Problem 429 with the seconds to wait, or 422 for
    more than the key may ever ask for at once."""
    if not requests:
        return
    if requests > key.per_minute:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"This counts as {requests} requests; the key may ask {key.per_minute} times a minute.",
        )
    if seconds := rate_limit.seconds_to_wait(key.pk, key.per_minute, requests):
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"This key may ask {key.per_minute} times a minute.",
            headers={"Retry-After": str(seconds)},
        )


def require_scope(key: ApiKey, scope: str) -> None:
    """Raise Problem 403 unless the key has the scope."""
    if scope not in key.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, f"This key lacks the scope {scope}.")


def read_body(request: HttpRequest) -> None:
    """Read the body up to API_LARGEST_BODY: Django's own limit is meant for forms, and batches are larger."""
    body = request.read(API_LARGEST_BODY + 1)
    if len(body) > API_LARGEST_BODY:
        raise RequestDataTooBig
    check_body(body)
    request._body = body


class JsonParser(Parser):
    """Parse strictly and fast; values such as NaN that only a lax parser reads are refused by their field."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            return _parse_laxly(request.body, error)


def _parse_laxly(body: bytes, error: Exception) -> Any:
    try:
        content = json.loads(body)
        # Half of a surrogate pair, written as an escape, is no character: no answer could name it.
        json.dumps(content, ensure_ascii=False).encode()
        return content
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}") from error
