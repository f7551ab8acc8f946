"""Formatters of the log stream whose lines say their moment in UTC, to the millisecond."""

import logging
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter


class _InUtc(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class LineInUtc(_InUtc):
    """One line of text."""


class JsonInUtc(_InUtc, JsonFormatter):
    """One JSON object."""
