"""PostgreSQL stopped and started again under a serving desk and its worker."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.desk_process import ROOT, DeskProcess

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL's server is not installed")


class Server(NamedTuple):
    """A PostgreSQL server that a test may stop."""

    folder: Path
    port: int

    def control(self, *arguments: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [
            *as_postgres,
            str(PROGRAMS[0] / "pg_ctl"),
            "-D",
            str(self.folder / "data"),
            "-w",
            *arguments,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.control("-l", str(self.folder / "log"), "start", "-o", options)


@pytest.fixture
def server(tmp_path_factory) -> Iterator[Server]:
    folder = Path("/tmp") / f"faults-{os.getpid()}"  # noqa: S108
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    server = Server(folder, free_port())
    server.control("initdb", "-o", "-A trust -U creditdesk --no-sync -E UTF8 --locale=C.UTF-8")
    server.start()
    try:
        yield server
    finally:
        server.control("-m", "immediate", "stop")
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def wait_until_ready(port: int) -> None:
    end = time.monotonic() + 90
    while answer(port, "/readyz")[0] != 200:
        assert time.monotonic() < end, answer(port, "/readyz")
        time.sleep(0.2)


def test_a_stopped_database_is_reported_and_the_desk_goes_on_when_it_is_back(server, tmp_path):
    desk = DeskProcess(tmp_path, f"postgres://creditdesk@127.0.0.1:{server.port}/postgres")
    assert desk.manage("prepare_database", "--verbosity", "0").returncode == 0
    assert desk.manage("collectstatic", "--no-input", "--verbosity", "0").returncode == 0
    desk.seed("work")
    done = subprocess.run(
        [sys.executable, "-m", "tests.desk_seed", "session"],
        cwd=ROOT,
        env=desk.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    session, reference = done.stdout.split()
    port = free_port()
    gunicorn = ["-m", "gunicorn", "creditdesk.wsgi", "--config", "bin/gunicorn.conf.py"]
    web = desk.start(*gunicorn, "--bind", f"127.0.0.1:{port}", output=subprocess.DEVNULL)
    worker = desk.start("manage.py", "worker", output=subprocess.DEVNULL, SCHEDULE_HOURS="check_drift=0")
    try:
        wait_until_ready(port)
        case = f"/cases/{reference}/"
        cookie = {"Cookie": f"sessionid={session}"}
        assert answer(port, case, **cookie)[0] == 200
        server.control("-m", "fast", "stop")
        assert answer(port, "/healthz") == (200, "ok")
        status, text = answer(port, "/readyz")
        assert (status, json.loads(text)["database"]) == (503, "does not answer")
        status, text = answer(port, case, **cookie)
        assert status >= 500
        assert "Traceback" not in text
        time.sleep(6)
        assert worker.poll() is None
        server.start()
        wait_until_ready(port)
        assert answer(port, case, **cookie)[0] == 200
        assert desk.manage("verify_audit").returncode == 0
    finally:
        for process in (web, worker):
            process.terminate()
            process.wait()
