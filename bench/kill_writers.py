"""kill -9 of the web process while four people write: python -m bench.kill_writers [KILLS].

A desk of its own, on the database of DATABASE_URL or on a SQLite file. Each person adds notes with a text
that occurs once, without a pause. What was acknowledged must be stored once, what was not at most once, and
the audit chain must hold. Exit 1 otherwise.
"""

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from bench.desk import free_port

ROOT = Path(__file__).resolve().parents[1]
WRITERS = 4
TOKEN = "a" * 32


class Outcome(NamedTuple):
    """Counts of notes after all kills."""

    kills: int
    acknowledged: int
    in_doubt: int
    committed_in_doubt: int
    lost: int
    doubled: int
    chain: str


class Writers:
    """People who write through the browser's forms, each in a thread."""

    def __init__(self, port: int, session: str, reference: str) -> None:
        self.port, self.path = port, f"/cases/{reference}/notes/"
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.acknowledged: list[str] = []
        self.in_doubt: list[str] = []
        self.over, self._lock = Event(), Lock()
        self.threads = [Thread(target=self._write, daemon=True) for _ in range(WRITERS)]

    def _write(self) -> None:
        while not self.over.is_set():
            text = f"note {uuid4()}"
            is_stored = False
            with suppress(OSError, HTTPException):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("POST", self.path, urlencode({"text": text}), self.headers)
                answer = connection.getresponse()
                answer.read()
                is_stored = answer.status == 302
                if answer.status in (403, 404, 422):
                    raise SystemExit(f"the note was refused: {answer.status}")
            with self._lock:
                (self.acknowledged if is_stored else self.in_doubt).append(text)
            if not is_stored:
                time.sleep(0.05)


def environment_of(place: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{place / 'desk.sqlite3'}",
        **os.environ,
        "AUDIT_ANCHOR": str(place / "audit.anchor"),
        "ML_ARTIFACTS": str(place / "models"),
        "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
        "HTTPS": "false",
        "REQUIRE_MFA": "false",
        "BLIND_SHARE": "0",
        "LOG_LEVEL": "CRITICAL",
        "OMP_NUM_THREADS": "1",
    }


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def web_processes(server: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def kill_again_and_again(server: int, writers: Writers, kills: int) -> None:
    """Kill at a random moment, each time after the new process has acknowledged something."""
    for _ in range(kills):
        before, end = len(writers.acknowledged), time.monotonic() + 120
        while len(writers.acknowledged) == before:
            if time.monotonic() > end:
                raise SystemExit("nothing was acknowledged for two minutes")
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, 0.6))  # noqa: S311
        for process in web_processes(server):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def outcome_of(environment: dict[str, str], writers: Writers, kills: int) -> Outcome:
    stored = Counter(run(environment, "-m", "tests.desk_seed", "texts").splitlines())
    chain = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(
        kills=kills,
        acknowledged=len(writers.acknowledged),
        in_doubt=len(writers.in_doubt),
        committed_in_doubt=sum(stored[text] > 0 for text in writers.in_doubt),
        lost=sum(stored[text] == 0 for text in writers.acknowledged),
        doubled=sum(count > 1 for count in stored.values()),
        chain=(chain.stdout or chain.stderr).strip(),
    )


def measure(kills: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside:
        environment = environment_of(Path(beside))
        run(environment, "manage.py", "prepare_database", "--verbosity", "0")
        session, reference = run(environment, "-m", "tests.desk_seed", "work", "session").split()
        port = free_port()
        gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "creditdesk.wsgi"]
        options = [
            "--config",
            "bin/gunicorn.conf.py",
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "critical",
        ]
        server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=environment)
        writers = Writers(port, session, reference)
        try:
            for thread in writers.threads:
                thread.start()
            kill_again_and_again(server.pid, writers, kills)
            time.sleep(2)
        finally:
            writers.over.set()
            for thread in writers.threads:
                thread.join()
            server.terminate()
            server.wait()
        return outcome_of(environment, writers, kills)


def main() -> None:
    outcome = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    print(re.sub(r"^Outcome\(|\)$", "", str(outcome)))
    if outcome.lost or outcome.doubled or "chain intact" not in outcome.chain:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
