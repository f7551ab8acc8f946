"""Progress of a long command on standard error, and the time that each stage took."""

import re
import sys
from collections.abc import Callable
from time import monotonic


class ProgressReporter:
    """Writes a line when a stage begins; `seconds` has the time of each stage that has ended."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.started = self.since = monotonic()
        self.stage = "start"
        self.seconds: dict[str, float] = {}

    def begin(self, stage: str) -> None:
        """End the stage before and announce the next one."""
        now = monotonic()
        self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.seconds["total"] = now - self.started
        self.since = now
        self.stage = re.sub(r"[^a-z0-9]+", "_", stage.partition(":")[0].lower()).strip("_")[:80]
        self.write(f"[{now - self.started:6.1f} s] {stage}")
        sys.stderr.flush()
