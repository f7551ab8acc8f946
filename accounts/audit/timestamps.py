"""Time stamps of the log by somebody else (RFC 3161): proof that it had come so far at that time.

Each is a file beside the anchor, named by event and seal, as the authority has signed it; anybody with the
authority's certificate verifies it, with OpenSSL for one. A stamp that the log does not fit any more shows
that its past was written anew; a stamp that is missing for too long shows that nobody looks after them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.request import Request

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.outbound import send_request

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

SECONDS = 20
LARGEST_ANSWER = 100_000


class StampRefused(Exception):
    """No stamp was made, or one does not verify; the message says why."""


@dataclass(frozen=True)
class Stamp:
    """What a file says: the head of the log at a time; `path` is where it is kept."""

    sequence: int
    own_hash: str
    at: datetime
    path: Path

    @classmethod
    def read(cls, path: Path) -> Self:
        """Verify a stored stamp. Raise StampRefused."""
        from rfc3161_client import decode_timestamp_response

        number, _, own_hash = path.stem.partition("-")
        try:
            response = decode_timestamp_response(path.read_bytes())
            sequence = int(number)
        except (OSError, ValueError) as error:
            raise StampRefused(f"{path} cannot be read: {error}") from error
        _verify(response, _message(sequence, own_hash), path.name)
        return cls(sequence, own_hash, response.tst_info.gen_time.astimezone(UTC), path)


def stamp_head() -> Stamp:
    """Have the newest event stamped, and keep the answer. Raise StampRefused."""
    from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response

    newest = AuditEvent.objects.order_by("-sequence").values_list("sequence", "own_hash").first()
    if newest is None:
        raise StampRefused("the log is empty")
    sequence, own_hash = newest
    request = TimestampRequestBuilder().data(_message(sequence, own_hash)).build()
    answer = _answer_to(request.as_bytes())
    try:
        response = decode_timestamp_response(answer)
    except ValueError as error:
        raise StampRefused(f"{settings.AUDIT_TIMESTAMP_URL} sent no time stamp: {error}") from error
    _verify(response, _message(sequence, own_hash), settings.AUDIT_TIMESTAMP_URL, request.nonce)
    path = _folder() / f"{sequence}-{own_hash}.tsr"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(answer)
    return Stamp.read(path)


def stored_stamps() -> Iterator[Stamp]:
    """Every stored stamp, verified, oldest event first. Raise StampRefused for one that does not verify."""
    files = sorted(_folder().glob("*.tsr"), key=lambda path: (len(path.name.partition("-")[0]), path.name))
    for path in files:
        yield Stamp.read(path)


def is_late(newest: Stamp | None) -> bool:
    """Whether the log has an event that should have been stamped by now."""
    overdue = timezone.now() - timedelta(hours=settings.AUDIT_TIMESTAMP_HOURS)
    unstamped = AuditEvent.objects.filter(at__lte=overdue, sequence__gt=newest.sequence if newest else 0)
    return unstamped.exists()


def _answer_to(request: bytes) -> bytes:
    if not settings.AUDIT_TIMESTAMP_URL:
        raise StampRefused("AUDIT_TIMESTAMP_URL names no time stamping authority")
    query = Request(  # noqa: S310
        settings.AUDIT_TIMESTAMP_URL, request, {"Content-Type": "application/timestamp-query"}
    )
    try:
        with send_request(query, timeout=SECONDS) as answer:
            return bytes(answer.read(LARGEST_ANSWER))
    except (OSError, ValueError) as error:
        raise StampRefused(f"{settings.AUDIT_TIMESTAMP_URL} did not answer: {error}") from error


def _verify(response: "TimeStampResponse", message: bytes, source: object, nonce: int | None = None) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        authorities = load_pem_x509_certificates(Path(settings.AUDIT_TIMESTAMP_CERTIFICATE).read_bytes())
        VerifierBuilder(roots=list(authorities), nonce=nonce).build().verify_message(response, message)
    except (OSError, ValueError, VerificationError) as error:
        raise StampRefused(f"the time stamp of {source} does not verify: {error}") from error


def _message(sequence: int, own_hash: str) -> bytes:
    return f"creditdesk audit head {sequence} {own_hash}".encode()


def _folder() -> Path:
    anchor: Path = settings.AUDIT_ANCHOR
    return anchor.with_name(f"{anchor.name}.timestamps")
