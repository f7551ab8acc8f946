"""Rendered texts in the memory of this process, the least recently used forgotten first."""

import time
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from accounts.caching.least_recent import LeastRecent

MAX_BYTES = 6 * 2**20
# Expired texts are dropped at most once in so many seconds, by whoever writes then.
PURGED_EVERY: Final = 60


class _Texts(LeastRecent[tuple[bytes, float]]):
    """Texts with the moments at which they expire."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self._purged_at = float("-inf")

    def purge(self, now: float) -> None:
        if now - self._purged_at >= PURGED_EVERY:
            self._purged_at = now
            self.drop(lambda stored: stored[1] <= now)


# By their location: Django makes a cache anew for each thread.
_TEXTS: Final[dict[str, _Texts]] = {}


class TextMemoryCache(BaseCache):
    """Texts are kept as UTF-8 within OPTIONS["MAX_BYTES"]: Django's own memory cache would pickle them.

    All threads share those of a location: what one of them forgets, none of them shows.
    A page has signs that make Python keep two bytes for each of its letters; UTF-8 is half of that.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        limit = params.get("OPTIONS", {}).get("MAX_BYTES", MAX_BYTES)
        self._texts = _TEXTS.setdefault(location, _Texts(limit))

    @property
    def stored(self) -> int:
        return len(self._texts)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        stored = self._texts.get(name)
        if stored is None:
            return default
        text, expires_at = stored
        if expires_at <= time.monotonic():
            self._texts.forget(name)
            return default
        return text.decode()

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        if not isinstance(value, str):
            raise TypeError(f"this cache keeps texts, not {type(value).__name__}")
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        now = time.monotonic()
        expires_at = float("inf") if seconds is None else now + seconds
        text = value.encode()
        self._texts.keep(self.make_and_validate_key(key, version=version), (text, expires_at), len(text))
        self._texts.purge(now)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        if self.has_key(key, version=version):
            return False
        self.set(key, value, timeout, version)
        return True

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._texts.forget(self.make_and_validate_key(key, version=version))

    def clear(self) -> None:
        self._texts.clear()
