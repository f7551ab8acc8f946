"""Memory that was freed, given back to the system.

Between blocks that are still in use glibc holds on to whole free pages for ever: over a quarter of an hour of
mixed work the web process grew by a tenth without an object more.
"""

import ctypes
import time
from threading import Thread
from typing import Final

SECONDS: Final = 60


def give_back() -> bool:
    """Return free pages to the system; False where the C library has no such call (musl, macOS)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is None:
        return False
    # The interpreter goes on meanwhile: a call into a C library releases its lock.
    trim(0)
    return True


def give_back_regularly() -> None:
    """Start a thread that gives freed memory back each minute, as long as the process lives."""

    def work() -> None:
        while give_back():
            time.sleep(SECONDS)

    Thread(target=work, name="freed-memory", daemon=True).start()
