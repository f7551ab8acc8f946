"""Peak memory of this process. Only Linux can reset the peak: elsewhere peaks add up."""

import re
from contextlib import suppress
from pathlib import Path


def reset_peak() -> float:
    """Reset the peak and return what the process holds now, in MB."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> float:
    """Return the most that the process held since the reset, in MB."""
    return _status("VmHWM")


def _status(name: str) -> float:
    try:
        line = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(line.group(1)) / 1_024 if line else 0.0
