"""A desk of its own, run by commands, on SQLite or on the PostgreSQL server of the suite."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connection

ROOT: Final = Path(__file__).resolve().parents[1]
SECRET_KEY: Final = "desk-process-secret-key-of-fifty-signs-or-more-than-that"


@dataclass(frozen=True)
class DeskProcess:
    """Database, models and anchor in a folder of their own; every command is a new process."""

    place: Path
    database_url: str
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {
            **inherited,
            "SECRET_KEY": SECRET_KEY,
            # The head of the log of a migrated database is sealed with it.
            "AUDIT_KEY": settings.AUDIT_KEY,
            "DATABASE_URL": self.database_url,
            "AUDIT_ANCHOR": str(self.place / "audit.anchor"),
            "ML_ARTIFACTS": str(self.place / "models"),
            "DRIFT_REPORTS": str(self.place / "drift"),
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
            "LOG_LEVEL": "WARNING",
            "OMP_NUM_THREADS": "1",
            **self.extra,
        }

    def manage(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        environment = self.environment | extra
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def start(self, *arguments: str, output: int = subprocess.PIPE, **extra: str) -> subprocess.Popen[str]:
        """Start a Python process of this desk and leave it running; who reads no pipe gives DEVNULL."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment | extra,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def seed(self, *steps: str) -> None:
        """Run steps of `tests.desk_seed` on it."""
        command = [sys.executable, "-m", "tests.desk_seed", *steps]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Its database, read and written past the desk."""
        if self.database_url.startswith("sqlite"):
            import sqlite3

            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=20)) as file, file:
                yield file
        else:
            with psycopg.connect(self.database_url) as database:
                yield database

    def one_value(self, query: str) -> Any:
        with self.opened() as database:
            return database.execute(query).fetchone()[0]

    def is_empty(self) -> bool:
        """Whether neither tables nor models nor an anchor are at its place."""
        if self.database_url.startswith("sqlite"):
            path = Path(self.database_url.removeprefix("sqlite:///"))
            no_tables = not path.exists() or not self.one_value("SELECT count(*) FROM sqlite_master")
        else:
            no_tables = not self.one_value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        files = [path for path in self.place.rglob("*") if path.is_file() and path.suffix != ".lock"]
        return no_tables and not [path for path in files if path.stat().st_size]


@contextmanager
def migrated_desk(place: Path, **extra: str) -> Iterator[DeskProcess]:
    """A desk with its tables, without people, models or an anchor."""
    with empty_desk(place, **extra) as desk:
        if connection.vendor == "sqlite":
            shutil.copy(settings.MIGRATED_DATABASE, place / "desk.sqlite3")
        prepared = desk.manage("prepare_database", "--verbosity", "0")
        assert prepared.returncode == 0, prepared.stderr
        yield desk


@contextmanager
def empty_desk(place: Path, **extra: str) -> Iterator[DeskProcess]:
    """A desk without tables: a file that is not there yet, or a new database on the suite's server."""
    place.mkdir(parents=True, exist_ok=True)
    if connection.vendor == "sqlite":
        yield DeskProcess(place, f"sqlite:///{place / 'desk.sqlite3'}", extra)
        return
    server = os.environ["DATABASE_URL"]
    name = f"desk_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield DeskProcess(place, f"{server.rpartition('/')[0]}/{name}", extra)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
