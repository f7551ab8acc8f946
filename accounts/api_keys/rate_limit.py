"""Token buckets, one per API key, in this process's memory."""

import math
import time
from collections import OrderedDict
from threading import Lock
from typing import Final

REMEMBERED: Final = 10_000

_lock = Lock()
# Who -> tokens left, and when that was so. Who has not asked for longest is forgotten first.
_buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()


def seconds_to_wait(who: object, per_minute: int) -> int:
    """0, and one token less; or the seconds until `who` may ask again. A full bucket lasts a minute."""
    with _lock:
        now, rate = time.monotonic(), per_minute / 60
        left, since = _buckets.pop(who, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since) * rate)
        granted = left >= 1
        _buckets[who] = (left - granted, now)
        if len(_buckets) > REMEMBERED:
            _buckets.popitem(last=False)
    return 0 if granted else max(1, math.ceil((1 - left) / rate))


def forget() -> None:
    """Start anew."""
    with _lock:
        _buckets.clear()
