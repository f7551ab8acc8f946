"""Memory during wrong sign-ins at once: python -m bench.wrong_sign_ins ADDRESS WORKER_PID [COUNT]."""

import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Peak(NamedTuple):
    before_mb: int
    peak_mb: int
    slowest_health: float


def resident_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024  # type: ignore[index]


def measure(host: str, port: int, pid: int, *, count: int) -> Peak:
    """The most memory of the process, and the slowest /healthz, while `count` people give wrong passwords."""
    before, over = resident_mb(pid), Event()
    memory, times = [before], [0.0]

    def sample() -> None:
        while not over.is_set():
            memory.append(resident_mb(pid))
            started = time.monotonic()
            _get(host, port, "/healthz")
            times.append(time.monotonic() - started)

    sampler = Thread(target=sample)
    sampler.start()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda number: _wrong_sign_in(host, port, f"nobody-{number}"), range(count)))
    over.set()
    sampler.join()
    return Peak(before, max(memory), max(times))


def _get(host: str, port: int, path: str) -> tuple[str, str]:
    connection = HTTPConnection(host, port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    text = response.read().decode()
    connection.close()
    return text, cookie


def _wrong_sign_in(host: str, port: int, name: str) -> None:
    page, cookie = _get(host, port, "/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
    body = urlencode({"csrfmiddlewaretoken": token, "login": name, "password": "a wrong guess"})
    connection = HTTPConnection(host, port, timeout=60)
    connection.request("POST", "/accounts/login/", body, FORM | {"Cookie": cookie})
    response = connection.getresponse()
    assert response.status in {200, 429}, response.status  # noqa: S101
    response.read()
    connection.close()


if __name__ == "__main__":
    address = urlsplit(sys.argv[1])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 12
    peak = measure(address.hostname or "", address.port or 80, int(sys.argv[2]), count=count)
    print(
        f"{count} wrong sign-ins at once: {peak.before_mb} MB before, {peak.peak_mb} MB at most, "
        f"slowest /healthz {peak.slowest_health * 1000:.0f} ms"
    )
