"""The committed file of aggregates, and the rule that it must keep: no cell of fewer than 20 clients."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from scoring.ml.portfolio.generate import Portfolio
from scoring.ml.portfolio.margins import MIN_CLIENTS

PATH = Path(__file__).with_name("aggregates.json")


class TooFewClients(Exception):
    """A cell of the aggregates describes fewer than 20 clients."""


@cache
def portfolio() -> Portfolio:
    """The portfolio that the committed aggregates describe."""
    return Portfolio.from_json(json.loads(PATH.read_text(encoding="utf-8")))


def save(measured: Any, path: Path) -> None:
    """Writes the aggregates, one line per part; TooFewClients, and no file, when a cell is too small."""
    for where, count in cell_counts(measured):
        if 0 < count < MIN_CLIENTS:
            raise TooFewClients(
                f"{where} describes {count} clients; {MIN_CLIENTS} are the fewest that may be told"
            )
    lines = [f"{json.dumps(part)}: {_line(measured[part])}" for part in sorted(measured)]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def cell_counts(measured: Any, where: str = "") -> Iterator[tuple[str, int]]:
    """(where, clients) of each cell: the numbers that stand under a key "n"."""
    if isinstance(measured, dict):
        for key, part in measured.items():
            if key == "n":
                yield from ((where, int(count)) for count in part)
            else:
                yield from cell_counts(part, f"{where}/{key}")
    elif isinstance(measured, list):
        for part in measured:
            yield from cell_counts(part, where)


def _line(part: Any) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
