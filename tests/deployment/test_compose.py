"""Services of compose without containers: their commands and environments, on ports of this machine.

Where no Docker daemon runs, this is as near as a test comes: images, volumes and networks are not tried.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import yaml

from tests.deployment.desk import ROOT, free_port, nginx_configuration, unverified, wait_until_ready

PROGRAMS = Path(sys.executable).parent
SERVER = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(
        "postgres" not in os.environ.get("DATABASE_URL", "") or not shutil.which("nginx", path="/usr/sbin"),
        reason="needs nginx and the programs of PostgreSQL: make test-deployment",
    ),
]
DOMAIN = "desk.example.org"
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def secrets() -> dict[str, str]:
    """What deploy/example.env asks for, filled in."""
    lines = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")]
    made = {name: f"compose-test-{name.lower()}-of-fifty-characters-or-more-than-that" for name in names}
    return made | {"DOMAIN": DOMAIN}


def interpolated(value: object) -> str:
    """A value of compose with the variables of the installation put in."""

    def put_in(match: "re.Match[str]") -> str:
        name, kind, default = match.groups()
        given = secrets().get(name, "")
        if kind == ":?" and not given:
            raise KeyError(name)
        return given or (default or "")

    return re.sub(r"\$\{([A-Z_]+)(?:(:\?|:-)([^}]*))?\}", put_in, str(value))


class Compose(NamedTuple):
    place: Path
    ports: dict[str, int]

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service, with the names of other services turned into addresses here."""
        # A name without a value is passed on where the installation has one; this one has none.
        stated = SERVICES[service]["environment"].items()
        given = {name: interpolated(value) for name, value in stated if value is not None}
        here = {
            "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.place),
            # Volumes.
            "ML_ARTIFACTS": str(self.place / "models"),
            "AUDIT_ANCHOR": str(self.place / "state" / "audit.anchor"),
            "DRIFT_REPORTS": str(self.place / "state" / "drift"),
            "REQUIRE_MFA": "true",
        }
        given["DATABASE_URL"] = given["DATABASE_URL"].replace(
            "@database/", f"@127.0.0.1:{self.ports['database']}/"
        )
        given["ALLOWED_HOSTS"] += ",127.0.0.1"
        if "BACKUP_DESTINATION" in given:
            given["BACKUP_DESTINATION"] = str(self.place / "backups")
        return given | here

    def command(self, service: str) -> list[str]:
        command = SERVICES[service].get("command")
        if command is None:
            # The image's own: the last CMD of the Dockerfile.
            command = re.findall(r'^CMD \["(.+)"\]', (ROOT / "Dockerfile").read_text(), re.MULTILINE)
            return [str(ROOT / command[-1])]
        places = {"/static/": f"{self.place}/static/", "/nginx/": f"{self.place}/nginx/"}
        words = [str(word) for word in command]
        for inside, outside in places.items():
            words = [word.replace(inside, outside) for word in words]
        return words

    def run(self, service: str) -> str:
        done = subprocess.run(
            self.command(service),
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    def start(self, service: str, **extra: str) -> "subprocess.Popen[bytes]":
        log = (self.place / f"{service}.log").open("ab")
        environment = self.environment(service) | extra
        return subprocess.Popen(self.command(service), cwd=ROOT, env=environment, stdout=log, stderr=log)


def start_database(stack: ExitStack, compose: Compose) -> None:
    """What the image of PostgreSQL does on an empty volume: a cluster, then the mounted script."""
    assert SERVER is not None
    folder = compose.place / "database"
    folder.mkdir()
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_postgres:
        # The user `postgres` has to get there.
        for part in (folder, *folder.parents):
            with suppress(PermissionError):
                part.chmod(part.stat().st_mode | 0o011)
        shutil.chown(folder, "postgres")
    given = {name: interpolated(value) for name, value in SERVICES["database"]["environment"].items()}
    data, port = folder / "data", compose.ports["database"]
    word = folder / "password"
    word.write_text(given["POSTGRES_PASSWORD"])
    word.chmod(0o644)

    def database(*arguments: str) -> None:
        subprocess.run([*as_postgres, *arguments], check=True, cwd="/", capture_output=True)

    initdb = [str(SERVER / "initdb"), "-D", str(data), "-U", "postgres", "-A", "scram-sha-256"]
    database(*initdb, f"--pwfile={word}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    stop = [*as_postgres, str(SERVER / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
    stack.callback(subprocess.run, stop, cwd="/", capture_output=True, check=False)
    with (compose.place / "database.log").open("ab") as log:
        start = [str(SERVER / "pg_ctl"), "-D", str(data), "-w", "-o", options, "start"]
        subprocess.run([*as_postgres, *start], check=True, cwd="/", stdout=log, stderr=log)
    reach = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGPASSWORD": given["POSTGRES_PASSWORD"]}
    script = next(volume.split(":")[0] for volume in SERVICES["database"]["volumes"] if "initdb.d" in volume)
    environment = os.environ | given | reach | {"POSTGRES_USER": "postgres"}
    subprocess.run(["sh", str(ROOT / script)], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def compose(tmp_path_factory) -> Iterator[tuple[Compose, str]]:
    """Everything up, in the order of `depends_on`; what `prepare` printed."""
    place = tmp_path_factory.mktemp("compose")
    for volume in ("models", "state", "static", "nginx", "backups"):
        (place / volume).mkdir()
    compose = Compose(place, {name: free_port() for name in ("database", "web-1", "web-2", "http", "tls")})
    with ExitStack() as stack:
        start_database(stack, compose)
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            cwd=ROOT,
            env=compose.environment("web-1"),
            check=True,
        )
        prepared = compose.run("prepare")
        for service in ("web-1", "web-2"):
            web = compose.start(service, PORT=str(compose.ports[service]), HOST="127.0.0.1")
            stack.callback(web.wait)
            stack.callback(web.terminate)
        compose.run("static")
        worker = compose.start("worker")
        stack.callback(worker.wait)
        stack.callback(worker.terminate)
        site = (place / "nginx" / "default.conf").read_text()
        ports = (compose.ports["web-1"], compose.ports["web-2"])
        configuration = nginx_configuration(
            site,
            place,
            http=compose.ports["http"],
            tls=compose.ports["tls"],
            web_ports=ports,
            static=place / "static",
        )
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", configuration, "-g", "daemon off;"])
        stack.callback(nginx.wait)
        stack.callback(nginx.terminate)
        wait_until_ready(ports, path="/healthz")
        yield compose, prepared


def get(compose: Compose, path: str, host: str = DOMAIN) -> tuple[int, str]:
    connection = HTTPSConnection(host, compose.ports["tls"], context=unverified(), timeout=60)
    # The name is the desk's, the address this machine's.
    connection._create_connection = lambda address, *rest: socket.create_connection(  # type: ignore[attr-defined]
        ("127.0.0.1", address[1]), timeout=60
    )
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_the_first_administrator_comes_in_through_the_proxy(compose):
    desk, prepared = compose
    link = re.search(r"https?://\S+(/accounts/invitation/\S+)", prepared)
    assert link, prepared[-2000:]
    assert get(desk, "/accounts/login/")[0] == 200
    assert get(desk, link[1])[0] == 302


def test_the_desk_says_what_is_missing_before_a_model_is_active(compose):
    desk, _ = compose
    status, text = get(desk, "/readyz")
    assert (status, "model" in text) == (503, True)


def test_what_serves_may_add_to_the_log_and_not_rewrite_it(compose):
    desk, _ = compose
    url = desk.environment("web-1")["DATABASE_URL"]
    assert url.startswith("postgres://creditdesk:")
    with psycopg.connect(url) as database:
        row = database.execute(
            "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("UPDATE accounts_auditevent SET actor = 'nobody'")


def test_the_worker_runs_what_is_due_with_its_own_environment(compose):
    desk, _ = compose
    end = time.monotonic() + 240
    outcomes: dict[str, str] = {}
    while time.monotonic() < end and not {"verify_audit", "backup", "purge"} <= outcomes.keys():
        with psycopg.connect(desk.environment("worker")["DATABASE_URL"]) as database:
            rows = database.execute(
                "SELECT job, outcome FROM creditdesk_scheduledrun WHERE ended_at IS NOT NULL"
            )
            outcomes = dict(rows.fetchall())
        time.sleep(1)
    assert outcomes["verify_audit"] == outcomes["purge"] == outcomes["backup"] == "succeeded"
    assert list((desk.place / "backups").glob("creditdesk-*/manifest.json"))
    assert (desk.place / "backups" / "erased-keys").exists()


def test_static_files_come_from_the_volume_that_was_filled(compose):
    desk, _ = compose
    page = get(desk, "/accounts/login/")[1]
    path = page.split('href="/static/')[1].split('"')[0]
    assert get(desk, f"/static/{path}")[0] == 200
    assert (desk.place / "static" / path).is_file()
