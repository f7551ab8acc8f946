"""A question with an Idempotency-Key is answered once; a repetition is told the same answer, to the byte."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from creditdesk.api.auth import ApiRequest
from creditdesk.api.problems import Problem
from creditdesk.models import StoredAnswer

LONGEST: Final = 255
# Compressed, an explanation takes some 36 kB; what takes more is a batch, and is told in parts again.
BLOCK: Final = 64 * 1024

Body = bytes | Callable[[], Iterator[bytes]]
"""An answer as JSON; a large one in parts, made anew and the same each time it is called."""

Write = Callable[[], Body]
"""Stores the evidence of an answer that is already worked out, and returns the answer."""


def answer_once(request: ApiRequest, prepare: Callable[[], Write]) -> HttpResponseBase:
    """`prepare` works the answer out without writing; what it returns is run in one transaction with the
    stored answer. Of two equal requests at once, one writes and both are told what it wrote."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _told(prepare()())
    if not 1 <= len(key) <= LONGEST:
        raise Problem(HTTPStatus.BAD_REQUEST, f"Idempotency-Key has between 1 and {LONGEST} characters.")
    if stored := _stored(request, key):
        return stored
    write = prepare()
    try:
        return _told(_write(request, key, write))
    except IntegrityError:
        if stored := _stored(request, key):
            return stored
        raise


def _stored(request: ApiRequest, key: str) -> HttpResponseBase | None:
    known = StoredAnswer.objects.kept().filter(api_key=request.auth, idempotency_key=key).first()
    if known is None:
        return None
    if known.question != _question(request):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key has already been used for another question.",
        )
    response = _told(_unpacked(known.body))
    response["Idempotency-Replayed"] = "true"
    return response


@transaction.atomic
def _write(request: ApiRequest, key: str, write: Write) -> Body:
    StoredAnswer.objects.expired().delete()
    body = write()
    StoredAnswer.objects.create(
        api_key=request.auth,
        idempotency_key=key,
        question=_question(request),
        body=_packed(body),
    )
    return body


def _packed(body: Body) -> bytes:
    packer = zlib.compressobj(level=1)
    return b"".join([*map(packer.compress, [body] if isinstance(body, bytes) else body()), packer.flush()])


def _unpacked(packed: bytes | memoryview) -> Body:
    if len(packed) <= BLOCK:
        return zlib.decompress(packed)
    return partial(_in_parts, packed)


def _in_parts(packed: bytes | memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for start in range(0, len(packed), BLOCK):
        yield unpacker.decompress(packed[start : start + BLOCK])


def _question(request: ApiRequest) -> str:
    return sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _told(body: Body) -> HttpResponseBase:
    if isinstance(body, bytes):
        return HttpResponse(body, content_type="application/json")
    return StreamingHttpResponse(body(), content_type="application/json")
