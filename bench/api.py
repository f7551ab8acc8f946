"""Answers a second of the API over real connections: clients in threads, each keeping its own.

python -m bench.api http://127.0.0.1:8000 KEY REFERENCES.txt [--route predict] [--clients 8] [--seconds 15]
"""

import json
import time
from argparse import ArgumentParser, Namespace
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import numpy as np


def send_requests(options: Namespace, references: list[str], ends: float, took: list[float]) -> None:
    """One client: one question after another, each for another case, until the time is over."""
    connection = HTTPConnection(urlsplit(options.address).netloc)
    headers = {"Authorization": f"Bearer {options.key}", "Content-Type": "application/json"}
    for reference in cycle(references):
        begun = time.perf_counter()
        if begun > ends:
            return
        connection.request("POST", f"/api/v1/{options.route}", json.dumps({"reference": reference}), headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"{response.status}: {body.decode()[:300]}")
        took.append(time.perf_counter() - begun)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("key")
    parser.add_argument("references", type=Path)
    parser.add_argument("--route", choices=["predict", "explain"], default="predict")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    references = options.references.read_text().split()
    took: list[float] = []
    ends = time.perf_counter() + options.seconds
    clients = [
        Thread(target=send_requests, args=(options, references[i :: options.clients], ends, took))
        for i in range(options.clients)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    p50, p99 = 1000 * np.percentile(took, [50, 99])
    print(
        f"{options.route}: {len(took) / options.seconds:.0f} a second with {options.clients} clients, "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
    )


if __name__ == "__main__":
    main()
