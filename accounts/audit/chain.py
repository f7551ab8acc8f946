"""The seal of an audit event: HMAC-SHA256 over the seal before it and the canonical payload."""

import hmac
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

GENESIS: Final = "0" * 64


class Link(NamedTuple):
    """What a seal covers, in the order of the columns that `verify` reads."""

    sequence: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Any
    request_id: str
    previous_hash: str


def link_hash(link: Link, key: str | None = None) -> str:
    """The seal of a link; `key` is that of the settings where none is given, as for all seals here."""
    payload = link._asdict() | {"at": link.at.astimezone(UTC).isoformat(timespec="microseconds")}
    previous = payload.pop("previous_hash")
    return _keyed(key, "link", previous, json.dumps(payload, sort_keys=True, separators=(",", ":")))


def head_seal(sequence: int, own_hash: str, key: str | None = None) -> str:
    return _keyed(key, "head", str(sequence), own_hash)


def anchor_seal(sequence: int, own_hash: str, key: str | None = None) -> str:
    return _keyed(key, "anchor", str(sequence), own_hash)


def row_seal(table: str, row: str, key: str | None = None) -> str:
    """128 bits are enough against a second row of the same digest, and a batch seals a thousand rows."""
    return _keyed(key, "row", table, row)[:32]


def rotation_seal(previous_hash: str, key: str) -> str:
    """Proves that who rotates the key holds the new one."""
    return _keyed(key, "rotation", previous_hash)


def key_id(key: str) -> str:
    """The name under which the log speaks of a key; it gives nothing of the key away."""
    return _keyed(key, "key")[:16]


def _keyed(key: str | None, *parts: str) -> str:
    used = settings.AUDIT_KEY if key is None else key
    return hmac.digest(used.encode(), "\n".join(parts).encode(), "sha256").hex()


def plain(value: Any) -> Any:
    """The value as every database gives it back: JSON types only, whole numbers as integers.

    PostgreSQL's jsonb keeps numbers as decimals: 1e22 would come back as an integer, -0.0 as 0.0.
    """
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return _plain_number(value)
    if value is None or isinstance(value, bool | int):
        return value
    return clean(value if isinstance(value, str) else DjangoJSONEncoder().default(value))


def clean(text: str) -> str:
    """Text that every database stores: no NUL, no half of a surrogate pair."""
    return str(text).encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _plain_number(value: float) -> float | int | str:
    if not math.isfinite(value):
        return str(value)
    return int(value) if value.is_integer() else value
