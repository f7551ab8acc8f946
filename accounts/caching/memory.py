"""Rendered texts in the memory of this process, the least recently used forgotten first."""

import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


class TextMemoryCache(BaseCache):
    """Texts are kept as they are: Django's own memory cache would pickle them."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._lock = Lock()
        self._texts: OrderedDict[str, tuple[str, float]] = OrderedDict()

    @property
    def stored(self) -> int:
        return len(self._texts)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        with self._lock:
            text, expires_at = self._texts.get(name, (default, 0.0))
            if expires_at <= time.monotonic():
                self._texts.pop(name, None)
                return default
            self._texts.move_to_end(name)
        return text

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        if not isinstance(value, str):
            raise TypeError(f"this cache keeps texts, not {type(value).__name__}")
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        expires_at = float("inf") if seconds is None else time.monotonic() + seconds
        with self._lock:
            self._texts[self.make_and_validate_key(key, version=version)] = (value, expires_at)
            while len(self._texts) > self._max_entries:
                self._texts.popitem(last=False)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        if self.has_key(key, version=version):
            return False
        self.set(key, value, timeout, version)
        return True

    def delete(self, key: str, version: int | None = None) -> bool:
        with self._lock:
            return self._texts.pop(self.make_and_validate_key(key, version=version), None) is not None

    def clear(self) -> None:
        with self._lock:
            self._texts.clear()
