"""Freed memory goes back to the system, though blocks between the freed ones are still in use."""

import subprocess
import sys

import pytest

from creditdesk.web import freed_memory

FREE_WITH_HOLES = """
from pathlib import Path
from creditdesk.web.freed_memory import give_back

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

# Larger than what the interpreter allocates itself, smaller than what glibc maps by itself.
blocks = [bytearray(20_000) for _ in range(5_000)]
blocks = blocks[::50]
before = resident()
given_back = give_back()
print(given_back, before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_free_pages_between_blocks_in_use_are_given_back():
    done = subprocess.run(
        [sys.executable, "-c", FREE_WITH_HOLES], stdout=subprocess.PIPE, text=True, check=True
    )
    given_back, kilobytes = done.stdout.split()
    assert given_back == "True"
    assert int(kilobytes) > 50_000


def test_a_c_library_without_the_call_is_left_alone(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert not freed_memory.give_back()
