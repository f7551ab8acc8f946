"""One identifier from the request line to the log line, the audit event and the error page."""

import logging
import re
import uuid
from contextvars import ContextVar
from typing import Any, Final

from django.core.signals import request_finished
from django.dispatch import receiver

SANE: Final = re.compile(r"[0-9A-Za-z_-]{8,36}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The identifier of the request being answered; empty outside a request."""
    return _current.get()


def begin(proposed: str | None) -> str:
    """Take over a caller's identifier when it is a sane one, else make a new one."""
    identifier = proposed if proposed and SANE.fullmatch(proposed) else str(uuid.uuid4())
    _current.set(identifier)
    return identifier


# Only when the response is closed: a streamed export is still being answered after the middleware.
@receiver(request_finished)
def _end(**kwargs: Any) -> None:
    _current.set("")


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
