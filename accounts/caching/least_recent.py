"""Values in the memory of this process, in a bounded number of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LeastRecent(Generic[Value]):
    """Values with their sizes in bytes; beyond the limit what was not read for longest goes first."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._lock = Lock()
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def keep(self, key: Hashable, value: Value, size: int) -> None:
        with self._lock:
            self._drop(key)
            self._values[key] = value, size
            self._bytes += size
            while self._bytes > self.max_bytes:
                # Not by its key: the hash of a key that holds a lazy text changes with the language.
                _key, (_value, dropped) = self._values.popitem(last=False)
                self._bytes -= dropped

    def forget(self, key: Hashable) -> bool:
        """Drop a value; whether there was one."""
        with self._lock:
            return self._drop(key)

    def drop(self, is_over: Callable[[Value], bool]) -> None:
        """Drop every value for which `is_over` is true."""
        with self._lock:
            for key in [key for key, (value, _size) in self._values.items() if is_over(value)]:
                self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> bool:
        if key not in self._values:
            return False
        self._bytes -= self._values.pop(key)[1]
        return True
