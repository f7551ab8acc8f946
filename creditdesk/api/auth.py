"""Who may come in: a key in the Authorization header, within its scopes and its limit. No cookie counts."""

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
from creditdesk.api.problems import MEDIA_TYPE, Problem

PATH: Final = "/api/v1/"


class ApiRequest(HttpRequest):
    """A request that came in with a key: `user` is the key's owner."""

    auth: ApiKey
    user: User


def api_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A request with a key is no browser's: its cookies are not read. What fails is told as a problem."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATH):
            return get_response(request)
        if "Authorization" in request.headers:
            request.COOKIES = {}
        response = get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            return _as_problem(response)
        return response

    return middleware


def _as_problem(response: HttpResponse) -> HttpResponse:
    status = HTTPStatus(response.status_code)
    kept = {name: response[name] for name in ("Allow",) if name in response}
    return Problem(status, status.description or status.phrase, headers=kept).response()


class Key(HttpBearer):
    """Lets a usable key with this scope in, and reads the body that it sent."""

    openapi_description = "Made on the page API keys or with manage.py create_api_key."

    def __init__(self, scope: ApiKey.Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = key_of(token.strip())
        if key is None:
            return None
        # What is refused from here on is refused to somebody we know, and recorded as such.
        request.user = key.owner
        require_scope(key, self.scope)
        if seconds := rate_limit.seconds_to_wait(key.pk, key.per_minute):
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"This key may ask {key.per_minute} times a minute.",
                headers={"Retry-After": str(seconds)},
            )
        note_use(key)
        read_body(request)
        return key


def require_scope(key: ApiKey, scope: str) -> None:
    if scope not in key.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, f"This key lacks the scope {scope}.")


def read_body(request: HttpRequest) -> None:
    """Batches are larger than any form, so the limit here is another one."""
    body = request.read(settings.API_LARGEST_BODY + 1)
    if len(body) > settings.API_LARGEST_BODY:
        raise RequestDataTooBig
    request._body = body


class Json(Parser):
    """Strict and fast; what is no JSON but can be read, such as NaN, is left to be refused by its field."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            return _read_loosely(request.body, error)


def _read_loosely(body: bytes, error: Exception) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}") from error
