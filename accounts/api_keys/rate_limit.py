"""Token buckets, one per API key, shared by all web processes.

A process takes tokens for a second at a time, so that a program that asks often costs one write a second.
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from accounts.caching.database import shared_cache

REMEMBERED: Final = 10_000
# Seconds after which tokens that a process has not used are lost.
LEASE_SECONDS: Final = 1


@dataclass(slots=True)
class _Lease:
    """The tokens that this process may still give out, or until when it refuses without looking; in seconds
    of a clock that nobody sets."""

    tokens: int
    until: float
    refused_until: float = 0.0


_lock = Lock()
# The key that has not asked for longest is forgotten first.
_leases: OrderedDict[object, _Lease] = OrderedDict()


def seconds_to_wait(key: object, per_minute: int, cost: int = 1) -> int:
    """Take `cost` tokens and return 0, or return the seconds until so many are there. A full bucket lasts a
    minute; `cost` is at most `per_minute`."""
    with _lock:
        now = time.monotonic()
        lease = _leases.pop(key, None) or _Lease(0, 0.0)
        _leases[key] = lease
        if len(_leases) > REMEMBERED:
            _leases.popitem(last=False)
        if now < lease.until and cost <= lease.tokens:
            lease.tokens -= cost
            return 0
        if now < lease.refused_until:
            return max(1, math.ceil(lease.refused_until - now))
    return _take(key, lease, per_minute, cost)


def _take(key: object, lease: _Lease, per_minute: int, cost: int) -> int:
    rate, now, elapsed = per_minute / 60, time.time(), time.monotonic()
    wait = granted = 0

    def take(bucket: list[float] | None) -> list[float]:
        nonlocal wait, granted
        tokens, since = bucket or (float(per_minute), now)
        tokens = min(float(per_minute), tokens + max(0.0, now - since) * rate)
        if tokens < cost:
            wait = max(1, math.ceil((cost - tokens) / rate))
        else:
            granted = min(max(cost, int(rate * LEASE_SECONDS)), int(tokens))
        return [tokens - granted, now]

    # After a minute without a request the bucket is full again.
    shared_cache().change(f"api-key-tokens:{key}", take, 61)
    with _lock:
        if granted:
            lease.tokens, lease.until = granted - cost, elapsed + LEASE_SECONDS
        elif cost == 1:
            lease.refused_until = elapsed + wait
    return wait


def forget() -> None:
    """Start anew, in this process."""
    with _lock:
        _leases.clear()
