"""The life of an API key: made, shown once, rotated, revoked. Every step is an audit event."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import ApiKey, User
from accounts.prepared_queries import Prepared

DAYS: Final = 90
LONGEST_DAYS: Final = 366
# A rotated key goes on for so long: time to put its successor into every program that uses it.
OVERLAP: Final = timedelta(hours=24)
NOTED_EVERY: Final = timedelta(minutes=1)

_COLUMNS: Final = [field.attname for field in ApiKey._meta.concrete_fields]
_OF_OWNER: Final = [field.attname for field in User._meta.concrete_fields]
_BY_DIGEST: Final = Prepared(
    lambda digest: ApiKey.objects.filter(digest=digest).values_list(
        *_COLUMNS, *(f"owner__{name}" for name in _OF_OWNER)
    ),
    "a digest",
)


class KeyRefused(Exception):
    """No key was made or changed; the message says why."""


@transaction.atomic
def create_key(
    *,
    owner: User,
    name: str,
    by: User | None,
    scopes: Sequence[str] = ApiKey.Scope.values,
    days: int = DAYS,
    per_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is kept nowhere. `by` is None on the command line. Raises KeyRefused."""
    if not owner.has_perm("accounts.add_apikey"):
        raise KeyRefused(f"{owner.get_username()} may not hold an API key")
    if by is not None and by != owner:
        raise PermissionDenied
    if not 1 <= days <= LONGEST_DAYS:
        raise KeyRefused(f"a key lasts between 1 and {LONGEST_DAYS} days")
    prefix = secrets.token_hex(4)
    text = f"cdk_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        owner=owner,
        name=name.strip(),
        prefix=prefix,
        digest=_digest(text),
        scopes=[scope for scope in ApiKey.Scope.values if scope in scopes],
        per_minute=per_minute or settings.API_REQUESTS_PER_MINUTE,
        expires_at=timezone.now() + timedelta(days=days),
    )
    _audit(Action.API_KEY_CREATED, key, by, scopes=key.scopes, expires_at=key.expires_at.isoformat())
    return key, text


@transaction.atomic
def rotate_key(*, key: ApiKey, by: User) -> tuple[ApiKey, str]:
    """A successor with the same scopes, limit and lifetime; the old key ends after OVERLAP at the latest."""
    if by != key.owner:
        raise PermissionDenied
    if not key.is_usable:
        raise KeyRefused("this key has ended: make a new one")
    lifetime = key.expires_at - key.created_at
    successor, text = create_key(
        owner=key.owner,
        name=key.name,
        by=by,
        scopes=key.scopes,
        days=max(1, lifetime.days),
        per_minute=key.per_minute,
    )
    key.expires_at = min(key.expires_at, timezone.now() + OVERLAP)
    key.save(update_fields=["expires_at"])
    _audit(Action.API_KEY_ROTATED, key, by, successor=successor.prefix)
    return successor, text


@transaction.atomic
def revoke_key(*, key: ApiKey, by: User) -> ApiKey:
    """The key is refused from the next request on."""
    if by != key.owner and not by.has_perm("accounts.revoke_apikey"):
        raise PermissionDenied
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        _audit(Action.API_KEY_REVOKED, key, by)
    return key


@transaction.atomic
def revoke_all(*, owner: User, by: User) -> int:
    """Revoke every usable key of a user; how many there were."""
    keys = ApiKey.objects.usable().filter(owner=owner).select_for_update()
    return len([revoke_key(key=key, by=by) for key in keys])


def key_of(text: str) -> ApiKey | None:
    """The usable key with this text, its owner loaded; looked up anew each time, so that revoking works at
    once in every process."""
    row = _BY_DIGEST.first(_digest(text))
    if row is None:
        return None
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row[: len(_COLUMNS)])
    key.owner = User.from_db(DEFAULT_DB_ALIAS, _OF_OWNER, row[len(_COLUMNS) :])
    return key if key.is_usable else None


def note_use(key: ApiKey) -> None:
    """Keep the time of last use, to the minute: not a write for every request."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).unused_since(now - NOTED_EVERY).update(last_used_at=now)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _audit(action: Action, key: ApiKey, by: User | None, **details: object) -> None:
    details = {"owner": key.owner.get_username(), **details}
    audit.record(action=action, actor=by, target=key.prefix, details=details, rows=[key])
