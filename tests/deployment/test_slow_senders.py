"""The server that both starts use, with the deployed configuration: slow senders hold no thread."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bench.slow_senders import slowest_answer
from creditdesk import limits
from tests.deployment.desk import free_port

ROOT = Path(__file__).resolve().parents[2]
# The names of the limits that a test shortens, read by the server that it starts.
QUICK = """
import sys
from creditdesk import limits
limits.HEAD_SECONDS = limits.BODY_SECONDS = 2
sys.argv[0] = "gunicorn"
from gunicorn.app.wsgiapp import run
run()
"""


def serve(*, quick: bool = False):
    port = free_port()
    start = [sys.executable, "-c", QUICK] if quick else [sys.executable, "-m", "gunicorn"]
    process = subprocess.Popen(
        [
            *start,
            "tests.deployment.plain_app",
            "--config",
            "bin/gunicorn.conf.py",
            "--bind",
            f"127.0.0.1:{port}",
        ],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process, port
        time.sleep(0.1)
    raise TimeoutError("the server did not start")


@pytest.fixture(scope="module")
def port():
    process, port = serve()
    yield port
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def quick_port():
    """Of a server that waits two seconds for a head and for a body."""
    process, port = serve(quick=True)
    yield port
    process.terminate()
    process.wait(20)


def exchange(port: int, *parts: bytes) -> bytes:
    """Send the parts one after the other, then read until the server closes or rests for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(0.05)
        return read_all(client)


def read_all(client: socket.socket, rest: float = 1) -> bytes:
    client.settimeout(rest)
    answer = b""
    try:
        while data := client.recv(65536):
            answer += data
    except TimeoutError:
        pass
    return answer


@pytest.mark.parametrize("senders", [9, 50])
def test_slow_senders_delay_nobody(port, senders):
    slowest = slowest_answer("127.0.0.1", port, senders=senders, seconds=5)
    assert slowest.answers > 10
    assert slowest.seconds < 1


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
    ],
    ids=["nothing", "head", "body"],
)
def test_who_does_not_finish_in_time_is_cut_off(quick_port, begin):
    with socket.create_connection(("127.0.0.1", quick_port), timeout=20) as client:
        started = time.monotonic()
        client.sendall(begin)
        client.settimeout(0.2)
        answer, ended = b"", False
        while not ended and time.monotonic() - started < 15:
            try:
                client.sendall(b"a" if begin else b"")
                data = client.recv(65536)
                answer += data
                ended = not data
            except TimeoutError:
                continue
            except OSError:
                ended = True
        seconds = time.monotonic() - started
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert seconds < 12


def test_a_request_in_pieces_is_answered_as_a_whole(port):
    body = b"x" * 300_000 + b"the-end!"
    head = b"POST /piece HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = exchange(port, head[:20], head[20:], body[:1000], body[1000:200_000], body[200_000:])
    assert answer.endswith(b"POST /piece 300008 the-end!")


def test_an_answer_does_not_name_its_server(port):
    answer = exchange(port, b"GET /named HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"server:" not in answer.lower()
    assert b"gunicorn" not in answer.lower()


def test_requests_sent_together_are_answered_in_order(port):
    first = b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    second = b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n"
    third = b"GET /third HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = exchange(port, first + second + third[:10], third[10:])
    places = [answer.index(b"POST /first 3 abc"), answer.index(b"GET /second"), answer.index(b"GET /third")]
    assert places == sorted(places)
    assert answer.count(b"HTTP/1.1 200 OK") == 3


def test_a_connection_serves_many_requests(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    for number in range(20):
        connection.request("POST", f"/{number}", b"y" * number)
        assert connection.getresponse().read().startswith(f"POST /{number} {number}".encode())
    connection.close()


def test_who_waits_for_a_continue_gets_it(port):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head)
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abcd")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("path", "size", "media_type"),
    [
        ("/cases/new/file/", limits.PAGE_LARGEST_BODY + 1, b"text/plain"),
        ("/api/v1/predict", limits.API_LARGEST_BODY + 1, b"application/problem+json"),
    ],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(port, path, size, media_type):
    started = time.monotonic()
    answer = exchange(port, f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")
    assert media_type in answer
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
)
def test_what_cannot_be_received_is_refused(port, head, status):
    assert exchange(port, head).startswith(b"HTTP/1.1 " + status)


def test_a_sender_who_leaves_harms_nobody(port):
    for _ in range(30):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
    assert exchange(port, b"GET /still HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").endswith(
        b"GET /still 0 "
    )


def test_both_starts_use_this_server():
    for script in ("bin/start", "bin/serve-demo"):
        assert "--config bin/gunicorn.conf.py" in (ROOT / script).read_text(encoding="utf-8")
    configuration = (ROOT / "bin" / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert 'worker_class = "creditdesk.web.worker.WholeRequestWorker"' in configuration
