"""Backup of 65,000 clients while the desk serves, and its restoration: python -m bench.backup [FOLDER].

A desk of its own among the temporary files, gunicorn with eight threads, four programs that ask through the
API without a pause. Prints seconds and sizes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

from bench.desk import free_port

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "home_credit" / "application_only"
PROGRAMS = 4


def environment_of(place: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{place / 'desk.sqlite3'}",
        "AUDIT_ANCHOR": str(place / "audit.anchor"),
        "HTTPS": "false",
        "REQUIRE_MFA": "false",
        "BLIND_SHARE": "0",
        "LOG_LEVEL": "ERROR",
        "OMP_NUM_THREADS": "1",
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def request(port: int, key: str, references: list[str], over: Event, seconds: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while not over.is_set():
        reference = references[len(seconds) % len(references)]
        begun = time.monotonic()
        connection.request("POST", "/api/v1/predict", json.dumps({"reference": reference}), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"the desk answered {answer.status}")
        seconds.append(time.monotonic() - begun)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REAL
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside:
        desk, elsewhere = Path(beside, "desk"), Path(beside, "elsewhere")
        for place in (desk, elsewhere):
            place.mkdir()
        environment = environment_of(desk)
        manage(environment, "demo")
        manage(environment, "import_portfolio", str(folder), "--advisor", "advisor")
        measure(desk, elsewhere, environment)


def measure(desk: Path, elsewhere: Path, environment: dict[str, str]) -> None:
    from contextlib import closing
    from sqlite3 import connect

    key = manage(environment, "create_api_key", "advisor").split()[-1]
    with closing(connect(desk / "desk.sqlite3")) as database:
        query = "SELECT reference FROM creditdesk_case WHERE origin = 'imported' LIMIT 2000"
        references = [reference for (reference,) in database.execute(query)]
    port = free_port()
    gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "creditdesk.wsgi"]
    options = ["--config", "bin/gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=environment)
    over, seconds = Event(), list[float]()
    try:
        time.sleep(8)
        programs = [
            Thread(target=request, args=(port, key, references, over, seconds)) for _ in range(PROGRAMS)
        ]
        for program in programs:
            program.start()
        time.sleep(5)
        before, begun = len(seconds), time.monotonic()
        print(manage(environment, "backup", str(desk / "backup")).strip())
        took, served = time.monotonic() - begun, seconds[before:]
        over.set()
        for program in programs:
            program.join()
    finally:
        server.terminate()
        server.wait()
    slowest, size = max(served), (desk / "desk.sqlite3").stat().st_size / 1e6
    print(
        f"backup {took:.1f} s of a database of {size:,.0f} MB; meanwhile {len(served)} requests were"
        f" answered, the slowest in {slowest:.2f} s"
    )
    begun = time.monotonic()
    print(manage(environment_of(elsewhere), "restore", str(desk / "backup")).strip())
    print(f"restored and verified in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
