"""Time and memory of 15 MiB of nonsense with a valid API key: python -m bench.large_bodies.

A desk of its own, with the demo; bodies of several shapes to POST /api/v1/predict, one after another.
"""

import http.client
import itertools
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from bench.kill_writers import web_processes
from bench.soak import Desk, resident

SIZE: Final = 15 * 1024 * 1024
MAX_SECONDS: Final = 1.0
MAX_GROWTH_MB: Final = 50


class Answer(NamedTuple):
    status: int
    seconds: float
    growth_mb: float


def bodies() -> Iterator[tuple[str, str]]:
    """Of each shape its name and a body of at most `SIZE`."""
    yield "unknown fields of a client", _filled('{"clients": [{', lambda n: f'"field{n}": {n}', "}]}")
    yield "unknown fields of the body", _filled("{", lambda n: f'"field{n}": 1', "}")
    yield "features nobody knows", _filled('{"clients": [{"features": {', lambda n: f'"F{n}": 1', "}}]}")
    yield "empty clients", _filled('{"clients": [', lambda _n: "{}", "]}")
    yield "references of no case", _filled('{"references": [', lambda n: f'"CD-{n:06d}"', "]}")
    yield "numbers", _filled('{"clients": [', lambda n: str(n), "]}")
    yield "lists in lists", "[" * (SIZE // 2) + "]" * (SIZE // 2)
    yield "objects in objects", '{"a":' * (SIZE // 6) + "1" + "}" * (SIZE // 6)
    yield "one text", json.dumps({"clients": [{"reference": "x" * (SIZE - 100)}]})
    yield "one number", '{"clients": [{"amount_credit": ' + "9" * (SIZE - 100) + "}]}"
    yield "no JSON", "\x7f" * SIZE


def _filled(head: str, item: Callable[[int], str], tail: str) -> str:
    items: list[str] = []
    length = len(head) + len(tail)
    for number in itertools.count():
        text = item(number)
        length += len(text) + 1
        if length > SIZE:
            return head + ",".join(items) + tail
        items.append(text)
    raise AssertionError


def measure(port: int, pid: int, key: str, body: bytes) -> Answer:
    """Send the body; the most memory of the process meanwhile, above what it had before."""
    before, over = resident(pid), threading.Event()
    memory = [before]

    def sample() -> None:
        while not over.wait(0.005):
            memory.append(resident(pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/api/v1/predict", body, headers)
    response = connection.getresponse()
    response.read()
    seconds = time.monotonic() - begun
    over.set()
    sampler.join()
    return Answer(response.status, seconds, max(memory) - before)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        desk = Desk(Path(place))
        desk.manage("demo")
        key = desk.manage("create_api_key", "advisor", "--name", "nonsense", "--scopes", "predict")
        server = desk.serve()
        try:
            (web,) = web_processes(server.pid)
            measure(desk.port, web, key, b"{}")
            answers = {name: measure(desk.port, web, key, body.encode()) for name, body in bodies()}
        finally:
            server.terminate()
            server.wait()
    for name, answer in answers.items():
        print(f"{name:28}{answer.status:5}{answer.seconds * 1000:8.0f} ms{answer.growth_mb:+8.0f} MB")
    worst = max(answer.seconds for answer in answers.values())
    print(f"slowest {worst:.2f} s, limit {MAX_SECONDS} s; most memory", end=" ")
    print(f"{max(a.growth_mb for a in answers.values()):+.0f} MB, limit {MAX_GROWTH_MB} MB")


if __name__ == "__main__":
    main()
