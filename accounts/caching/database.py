"""The cache that web processes share: JSON in a table of the database, never a pickle."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from accounts.models import CachedValue

# Expired rows are deleted at most once in so many seconds, by whoever writes then.
PURGED_EVERY: Final = 60

_TABLE: Final = CachedValue._meta.db_table
# Takes the place of an expired row, never of one that still counts.
_ADD: Final = (
    f"INSERT INTO {_TABLE} (key, value, expires_at) VALUES (%s, %s, %s) "  # noqa: S608
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at "
    f"WHERE {_TABLE}.expires_at <= %s"
)


class JsonDatabaseCache(BaseCache):
    """Sign-in limits, used one-time codes, throttles. What is not JSON is refused when it is written; a
    stored text that is not JSON counts as missing when it is read. A change inside a transaction belongs to
    that transaction."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._purged_at = 0.0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = CachedValue.objects.unexpired(time.time()).filter(key=self._key(key, version)).first()
        return default if row is None else _decoded(row.value, default)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store the value unless there is one; whether it was stored. Of two callers at once one wins."""
        now = time.time()
        with connection.cursor() as cursor:
            cursor.execute(
                _ADD, [self._key(key, version), json.dumps(value), self._expiry(timeout, now), now]
            )
            added = bool(cursor.rowcount > 0)
        self._purge(now)
        return added

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        now = time.time()
        stored = {"value": json.dumps(value), "expires_at": self._expiry(timeout, now)}
        CachedValue.objects.update_or_create(key=self._key(key, version), defaults=stored)
        self._purge(now)

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        now = time.time()
        rows = CachedValue.objects.unexpired(now).filter(key=self._key(key, version))
        return rows.update(expires_at=self._expiry(timeout, now)) > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        deleted, _ = CachedValue.objects.filter(key=self._key(key, version)).delete()
        return deleted > 0

    def clear(self) -> None:
        CachedValue.objects.all().delete()

    @transaction.atomic
    def change(self, key: str, change: Callable[[Any], Any], timeout: float) -> Any:
        """Replace the value by what `change` makes of it (None where there is none), one caller at a time."""
        now, name = time.time(), self._key(key, None)
        # The row is made first, already expired, so that there is always one to lock.
        CachedValue.objects.bulk_create(
            [CachedValue(key=name, value="null", expires_at=now)], ignore_conflicts=True
        )
        row = CachedValue.objects.select_for_update().get(key=name)
        value = change(None if row.expires_at <= now else _decoded(row.value, None))
        row.value, row.expires_at = json.dumps(value), now + timeout
        row.save(update_fields=["value", "expires_at"])
        self._purge(now)
        return value

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _expiry(self, timeout: float | None, now: float) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return float("1e12") if seconds is None else now + seconds

    def _purge(self, now: float) -> None:
        """Delete what has expired; beyond MAX_ENTRIES also what would expire first."""
        if now - self._purged_at < PURGED_EVERY:
            return
        self._purged_at = now
        CachedValue.objects.filter(expires_at__lte=now - PURGED_EVERY).delete()
        if surplus := max(0, CachedValue.objects.count() - self._max_entries):
            oldest = CachedValue.objects.order_by("expires_at").values("pk")[:surplus]
            CachedValue.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()


def shared_cache() -> JsonDatabaseCache:
    """The default cache, with what other caches lack."""
    cache = caches["default"]
    if not isinstance(cache, JsonDatabaseCache):
        raise ImproperlyConfigured("the default cache is accounts.caching.database.JsonDatabaseCache")
    return cache


def _decoded(text: str, default: Any) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return default
