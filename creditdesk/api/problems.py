"""Everything that goes wrong, told as application/problem+json (RFC 9457), without a trace."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts import request_id

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
FAULTS_TOLD: Final = 100


class Problem(Exception):
    """An answer that is not the one asked for; `faults` name the fields."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        faults: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.faults, self.headers = status, detail, faults, headers or {}

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.faults:
            told["errors"] = list(self.faults)
        return told

    def response(self) -> HttpResponse:
        body = self.body() | {"request_id": request_id.current()}
        return HttpResponse(
            orjson.dumps(body), content_type=MEDIA_TYPE, status=self.status, headers=dict(self.headers)
        )


def invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What Pydantic found, each fault with the field that it is about."""
    faults = [
        {"field": ".".join(map(str, error["loc"])), "problem": error["msg"]} for error in errors[:FAULTS_TOLD]
    ]
    first = ": ".join(filter(None, (faults[0]["field"], faults[0]["problem"])))
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{first}{others}", faults=faults)


def unauthorized() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "Send a valid API key: Authorization: Bearer <key>",
        headers={"WWW-Authenticate": 'Bearer realm="creditdesk"'},
    )


def tell_problems(api: NinjaAPI) -> None:
    """Whatever is raised below `api` ends as a problem."""

    def handle(kind: type[Exception], told: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: told(error).response())

    handle(Problem, lambda problem: problem)
    handle(AuthenticationError, lambda _: unauthorized())
    handle(ValidationError, lambda error: invalid(list(map(_without_body, error.errors))))
    handle(PermissionDenied, lambda _: Problem(HTTPStatus.FORBIDDEN, "Your role does not allow this."))
    handle(Http404, lambda _: Problem(HTTPStatus.NOT_FOUND, "There is no such thing here."))
    handle(
        RequestDataTooBig, lambda _: Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    )
    handle(HttpError, lambda error: Problem(HTTPStatus(error.status_code), error.message))
    api.add_exception_handler(Exception, _unforeseen)


def _without_body(error: Mapping[str, Any]) -> dict[str, Any]:
    """The location as the caller knows it: what ninja puts before it names our own code."""
    return {**error, "loc": error["loc"][2:]}


def _unforeseen(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    logger.exception("the API failed at %s", request.path)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "The desk failed to answer; its log names this request."
    ).response()
