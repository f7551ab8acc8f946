"""Lines of the log stream say their moment so that lines of any machine are put in order."""

import json
import logging.config
from datetime import UTC, datetime

import pytest
from django.conf import settings


@pytest.mark.parametrize("name", ["line", "json"])
def test_a_line_says_its_moment_in_utc(name):
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        settings.LOGGING["formatters"][name].copy()
    )
    record = logging.LogRecord("desk", logging.INFO, "", 0, "done", None, None)
    record.created, record.request_id = datetime(2026, 7, 1, 12, 30, 5, 250_000, UTC).timestamp(), "-"
    line = formatter.format(record)
    moment = json.loads(line)["time"] if name == "json" else line.split()[0]
    assert moment == "2026-07-01T12:30:05.250+00:00"
