"""Errors of the API as application/problem+json (RFC 9457), without a stack trace."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NotRequired, TypedDict

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts import request_id

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
MAX_FIELD_ERRORS: Final = 20


class FieldError(TypedDict):
    field: str
    problem: str


class ProblemBody(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[FieldError]]
    request_id: NotRequired[str]


class InvalidField(TypedDict):
    """The part of a Pydantic error that is reported; `loc` is the path to the field."""

    loc: tuple[str | int, ...]
    msg: str


class Problem(Exception):
    """An error to answer with; `errors` name the fields that are wrong."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers or {}

    def body(self) -> ProblemBody:
        body: ProblemBody = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return body

    def response(self) -> HttpResponse:
        body = self.body() | {"request_id": request_id.current()}
        return HttpResponse(
            orjson.dumps(body), content_type=MEDIA_TYPE, status=self.status, headers=dict(self.headers)
        )


def invalid(errors: Sequence[InvalidField]) -> Problem:
    """Return Problem 422 for the errors that Pydantic or a check of our own found, each with its field."""
    field_errors: list[FieldError] = [
        {"field": ".".join(map(str, error["loc"])), "problem": error["msg"]}
        for error in errors[:MAX_FIELD_ERRORS]
    ]
    first = ": ".join(filter(None, (field_errors[0]["field"], field_errors[0]["problem"])))
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{first}{more}", errors=field_errors)


def unauthorized() -> Problem:
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        "Send a valid API key: Authorization: Bearer <key>",
        headers={"WWW-Authenticate": 'Bearer realm="creditdesk"'},
    )


def add_exception_handlers(api: NinjaAPI) -> None:
    """Answer every exception raised below `api` with a problem."""

    def handle(kind: type[Exception], to_problem: Callable[[Any], Problem]) -> None:
        api.add_exception_handler(kind, lambda request, error: to_problem(error).response())

    handle(Problem, lambda problem: problem)
    handle(AuthenticationError, lambda _: unauthorized())
    handle(ValidationError, lambda error: invalid(list(map(_without_parameter, error.errors))))
    handle(PermissionDenied, lambda _: Problem(HTTPStatus.FORBIDDEN, "Your role does not allow this."))
    handle(Http404, lambda _: Problem(HTTPStatus.NOT_FOUND, "There is no such thing here."))
    handle(
        RequestDataTooBig, lambda _: Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
    )
    handle(HttpError, lambda error: Problem(HTTPStatus(error.status_code), error.message))
    api.add_exception_handler(Exception, _internal_error)


def _without_parameter(error: Mapping[str, Any]) -> InvalidField:
    """Drop what ninja puts before the path: "body" and the name of our parameter."""
    return {"loc": error["loc"][2:], "msg": error["msg"]}


def _internal_error(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    logger.exception("the API failed at %s", request.path)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "The desk failed to answer; its log names this request."
    ).response()
