"""The Idempotency-Key header: a repeated request gets the stored answer, byte for byte."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Final, Protocol

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts.audit import Act, Action, record_together
from accounts.models import User
from creditdesk.api.auth import ApiRequest
from creditdesk.api.case_lookup import verdict_kept
from creditdesk.api.problems import Problem
from creditdesk.models import Case, StoredAnswer

MAX_LENGTH: Final = 255
# Compressed, an explanation takes some 36 kB; a larger body is a batch, which is streamed again.
BLOCK: Final = 64 * 1024

Body = bytes | Callable[[], Iterator[bytes]]
"""JSON; a large one as a function that yields it in parts, the same ones each time it is called."""


class Prepared(Protocol):
    """An answer that is worked out and not yet recorded; `references` are the cases that it speaks of."""

    @property
    def references(self) -> list[str]: ...

    def record(self, request: ApiRequest) -> Body:
        """Store the evidence of the answer and return the answer as JSON."""


def stored_response(request: ApiRequest) -> HttpResponseBase | None:
    """Return the stored answer to a repeated request, if any, and record that it was sent again.

    Raise Problem 400 for a key that is too long, 422 for one that was used with another body, 403 when the
    key's owner may no longer see what the answer says.
    """
    key = _key(request)
    if key is None:
        return None
    answer = StoredAnswer.objects.valid().filter(api_key=request.auth, idempotency_key=key).first()
    if answer is None:
        return None
    if answer.request_digest != _digest(request):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key has already been used for another question.",
        )
    _require_rights(request.user, answer.references)
    record_together(
        Act(Action.API_REPLAY, request.user, "", {"answer": answer.pk, "api_key": request.auth.prefix})
    )
    response = _response(_unpack(answer.body))
    response["Idempotency-Replayed"] = "true"
    return response


def _require_rights(user: User, references: list[str] | None) -> None:
    """The rights of today count, not those of the day of the answer."""
    if not user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    if references is None:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "This answer is from an earlier release: use another key."
        )
    visible = Case.objects.visible_to(user).filter(reference__in=references)
    if visible.count() != len(set(references)):
        raise Problem(HTTPStatus.FORBIDDEN, f"A case of this answer is not in the portfolio of {user}.")
    if blind := visible.blind_for(user).order_by("reference").first():
        raise verdict_kept(blind.reference)


def record_once(request: ApiRequest, prepared: Prepared) -> HttpResponseBase:
    """Record the answer, under an Idempotency-Key together with the stored answer, in one transaction.

    Of two equal requests at the same time one records; both get what it stored.
    """
    key = _key(request)
    if key is None:
        return _response(prepared.record(request))
    try:
        return _response(_record_under(key, request, prepared))
    except IntegrityError:
        if response := stored_response(request):
            return response
        raise


def _key(request: ApiRequest) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= MAX_LENGTH:
        raise Problem(HTTPStatus.BAD_REQUEST, f"Idempotency-Key has between 1 and {MAX_LENGTH} characters.")
    return key


@transaction.atomic
def _record_under(key: str, request: ApiRequest, prepared: Prepared) -> Body:
    StoredAnswer.objects.expired().delete()
    body = prepared.record(request)
    StoredAnswer.objects.create(
        api_key=request.auth,
        idempotency_key=key,
        request_digest=_digest(request),
        body=_pack(body),
        references=prepared.references,
    )
    return body


def _pack(body: Body) -> bytes:
    packer = zlib.compressobj(level=1)
    parts = [body] if isinstance(body, bytes) else body()
    return b"".join([*map(packer.compress, parts), packer.flush()])


def _unpack(packed: bytes | memoryview) -> Body:
    if len(packed) <= BLOCK:
        return zlib.decompress(packed)
    return partial(_unpack_in_parts, packed)


def _unpack_in_parts(packed: bytes | memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for start in range(0, len(packed), BLOCK):
        yield unpacker.decompress(packed[start : start + BLOCK])


def _digest(request: ApiRequest) -> str:
    return sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _response(body: Body) -> HttpResponseBase:
    if isinstance(body, bytes):
        return HttpResponse(body, content_type="application/json")
    return StreamingHttpResponse(body(), content_type="application/json")
