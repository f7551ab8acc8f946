"""The next part of a folder, computed while the last one is stored: two cores instead of one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items in their order; a thread is one ahead. What it raises is raised here, in its turn."""
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(list, islice(items, 1))
        while computed := waiting.result():
            waiting = thread.submit(list, islice(items, 1))
            yield computed[0]
