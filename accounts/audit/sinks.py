"""The newest link, sent out of reach of whoever holds this machine: to the log stream, and to a sink.

`AUDIT_SINK` is `file:///...` (only added to; best on another machine, or chattr +a), `syslog://host:514` or
an address that takes a POST. A file is read back by a verification; of the others the receiver keeps the
heads, and `manage.py verify_audit --head SEQUENCE:SEAL` compares one with the log.
"""

import json
import logging
from collections.abc import Iterator
from functools import lru_cache
from logging.handlers import SysLogHandler
from pathlib import Path
from queue import Full, Queue
from threading import Lock, Thread
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

from django.conf import settings

from accounts.outbound import send_request

logger = logging.getLogger(__name__)
# One line per commit, with nothing in it but the number and the seal.
heads = logging.getLogger("accounts.audit.head")

SECONDS = 5
_append = Lock()
_waiting: "Queue[tuple[str, int, str]]" = Queue(maxsize=1000)
_sender: Thread | None = None


class SinkError(Exception):
    """The sink does not know what it should."""


def send(sequence: int, own_hash: str) -> None:
    """Send the head of the log; a failure is logged and stops nobody, a verification finds it missing."""
    heads.info("audit head %d %s", sequence, own_hash)
    sink = urlsplit(settings.AUDIT_SINK)
    try:
        if sink.scheme == "file":
            _add_to_file(Path(sink.path), sequence, own_hash)
        elif sink.scheme == "syslog":
            _syslog(sink).emit(_line(sequence, own_hash))
        elif sink.scheme in {"http", "https"}:
            _waiting.put_nowait((settings.AUDIT_SINK, sequence, own_hash))
            _start_sender()
    except (OSError, Full) as error:
        logger.error("the audit sink did not take event %d: %s", sequence, error)


def sent_heads() -> Iterator[tuple[int, str]] | None:
    """The heads that a sink of the kind file knows, in their order; None for any other. Raises SinkError."""
    sink = urlsplit(settings.AUDIT_SINK)
    return _heads_in(Path(sink.path)) if sink.scheme == "file" else None


def _heads_in(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open() as lines:
            for line in lines:
                sequence, own_hash = line.split()
                yield int(sequence), own_hash
    except (OSError, ValueError) as error:
        raise SinkError(f"{path} cannot be read: {error}") from error


def _add_to_file(path: Path, sequence: int, own_hash: str) -> None:
    with _append, path.open("a") as file:
        file.write(f"{sequence} {own_hash}\n")


def _line(sequence: int, own_hash: str) -> logging.LogRecord:
    return logging.LogRecord(
        "creditdesk", logging.INFO, "", 0, "audit head %d %s", (sequence, own_hash), None
    )


@lru_cache(maxsize=1)
def _syslog(sink: SplitResult) -> SysLogHandler:
    return SysLogHandler((sink.hostname or "localhost", sink.port or 514))


def _start_sender() -> None:
    global _sender
    with _append:
        if _sender is None or not _sender.is_alive():
            _sender = Thread(target=_post_waiting, name="audit-sink", daemon=True)
            _sender.start()


def _post_waiting() -> None:
    while True:
        address, sequence, own_hash = _waiting.get()
        body = json.dumps({"sequence": sequence, "own_hash": own_hash}).encode()
        request = Request(address, body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with send_request(request, timeout=SECONDS):
                pass
        except OSError as error:
            logger.error("the audit sink did not take event %d: %s", sequence, error)
        finally:
            _waiting.task_done()
