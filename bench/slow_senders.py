"""Time of /healthz beside slow senders: python -m bench.slow_senders ADDRESS [SENDERS]."""

import contextlib
import socket
import sys
import time
from http.client import HTTPConnection
from threading import Event, Thread
from typing import Final, NamedTuple
from urllib.parse import urlsplit

HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 1000
BODY: Final = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
)


class Slowest(NamedTuple):
    seconds: float
    answers: int


def slowest_answer(host: str, port: int, *, senders: int, seconds: float) -> Slowest:
    """The slowest answer while half the senders send a head and half a body, a byte a second each."""
    over = Event()
    threads = [
        Thread(target=_send_slowly, args=(host, port, number % 2 == 0, over), daemon=True)
        for number in range(senders)
    ]
    for thread in threads:
        thread.start()
    time.sleep(1)
    end, times = time.monotonic() + seconds, []
    while time.monotonic() < end:
        times.append(_seconds_of_an_answer(host, port))
        time.sleep(0.1)
    over.set()
    for thread in threads:
        thread.join()
    return Slowest(max(times), len(times))


def _send_slowly(host: str, port: int, is_head: bool, over: Event) -> None:
    """Send byte by byte; whoever is cut off begins anew."""
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5) as sender:
            if not is_head:
                sender.sendall(BODY)
            for byte in HEAD if is_head else b"x" * 1000:
                sender.sendall(bytes([byte]))
                if over.wait(1):
                    return


def _seconds_of_an_answer(host: str, port: int) -> float:
    started = time.monotonic()
    connection = HTTPConnection(host, port, timeout=90)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200  # noqa: S101
    connection.close()
    return time.monotonic() - started


if __name__ == "__main__":
    address = urlsplit(sys.argv[1])
    senders = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    slowest = slowest_answer(address.hostname or "", address.port or 80, senders=senders, seconds=30)
    print(f"{senders} slow senders: slowest of {slowest.answers} answers {slowest.seconds * 1000:.0f} ms")
