"""An empty desk on a database of its own, for a measurement within this process."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django


def free_port() -> int:
    """A port of this machine that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def empty_desk(**settings: str) -> Iterator[Path]:
    """Start a desk, with these settings besides; the path of its database, which has no table yet."""
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as place:
        database = Path(place) / "desk.sqlite3"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "DATABASE_URL": f"sqlite:///{database}",
            "AUDIT_ANCHOR": f"{place}/audit.anchor",
            "LOG_LEVEL": "ERROR",
            "REQUIRE_MFA": "false",
            "ALLOWED_HOSTS": "testserver",
            "HTTPS": "false",
            **settings,
        }
        django.setup()
        yield database
