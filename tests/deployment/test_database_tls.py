"""TLS to PostgreSQL by DATABASE_URL, against a server of its own: `make test-deployment`."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

ROOT = Path(__file__).resolve().parents[2]
HAS_SERVER = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
# What the server says about the connection of the desk's own settings.
QUESTION = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    print("answer", *cursor.fetchone())
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A certificate for 127.0.0.1, which is its own issuer, and another issuer that knows nothing of it."""
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("server", "other"):
        command = shlex.split(
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
            f" -addext subjectAltName=IP:127.0.0.1 -keyout {folder}/{name}.key -out {folder}/{name}.crt"
        )
        subprocess.run(
            command,
            check=True,
            capture_output=True,
        )
    return folder


def connection_with(certificates: Path, parameters: str) -> subprocess.CompletedProcess[str]:
    question = shlex.join([sys.executable, "-c", QUESTION])
    return subprocess.run(
        ["bin/with-postgres", "sh", "-c", f'DATABASE_URL="$DATABASE_URL?{parameters}" {question}'],
        cwd=ROOT,
        env=os.environ
        | {
            "POSTGRES_TLS": str(certificates),
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "SECRET_KEY": "x",
            "AUDIT_KEY": "x",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.deployment
@pytest.mark.skipif(not HAS_SERVER, reason="needs PostgreSQL: make test-deployment")
def test_the_server_is_verified_when_the_address_says_so(certificates):
    verified = connection_with(certificates, f"sslmode=verify-full&sslrootcert={certificates}/server.crt")
    assert verified.stdout.strip() == "answer True TLSv1.3", verified.stderr[-500:]
    stranger = connection_with(certificates, f"sslmode=verify-full&sslrootcert={certificates}/other.crt")
    assert stranger.returncode != 0
    assert "certificate verify failed" in stranger.stderr


@pytest.mark.parametrize(
    ("engine", "host", "options", "warned"),
    [
        ("postgresql", "db.bank.example", {}, True),
        ("postgresql", "db.bank.example", {"sslmode": "require"}, True),
        ("postgresql", "db.bank.example", {"sslmode": "verify-full"}, False),
        ("postgresql", "127.0.0.1", {}, False),
        ("sqlite3", "", {}, False),
    ],
)
def test_a_database_elsewhere_that_is_not_verified_is_warned_about(settings, engine, host, options, warned):
    database = {"ENGINE": f"django.db.backends.{engine}", "HOST": host, "OPTIONS": options}
    settings.DATABASES = {"default": database}
    warnings = {message.id for message in run_checks(include_deployment_checks=True, tags=["accounts"])}
    assert ("accounts.W001" in warnings) is warned
