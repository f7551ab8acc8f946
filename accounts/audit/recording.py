"""Adding a link: in the transaction of the act itself, one writer at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.apps.registry import Apps
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts import request_id
from accounts.audit import anchor
from accounts.audit.actions import OF_CLOSED_ACCOUNTS, Action
from accounts.audit.chain import GENESIS, Link, clean, head_seal, link_hash, plain
from accounts.audit.keys import key_in_force
from accounts.audit.row_digests import digests_of, keys_by_table
from accounts.models import AuditEvent, AuditHead, User
from accounts.open_accounts import check_account
from accounts.prepared_queries import PreparedObjects

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


# Every act reads and writes them, one after the other: the shorter, the more acts a second.
_HEAD: Final = PreparedObjects[AuditHead](lambda: AuditHead.objects.select_for_update().filter(pk=1))
_STORE_HEAD: Final = (
    f"UPDATE {AuditHead._meta.db_table} SET sequence = %s, own_hash = %s, seal = %s WHERE id = 1"  # noqa: S608
)


class ChainBroken(Exception):
    """The head of the audit log is not the one that the desk wrote: nothing may be recorded on top of it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, in which request; `rows` are the stored rows that it wrote, by table and key."""

    action: Action
    actor: "User | AnonymousUser | None"
    target: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[int]] = field(default_factory=dict)
    request_id: str = field(default_factory=request_id.current)


def record(
    *,
    action: Action,
    actor: "User | AnonymousUser | None",
    target: str = "",
    details: Mapping[str, Any] | None = None,
    rows: Iterable[Model] = (),
) -> AuditEvent:
    """Add what `actor` did to the audit log: with the act, in the act's own transaction, or not at all.

    `rows` are the sealed rows that the act has written or changed, as they are stored by now. Raises
    PermissionDenied, which undoes the act, where the actor's account was closed or its role changed since
    the request began.
    """
    return record_all([Act(action, actor, target, details or {}, keys_by_table(rows))])[0]


def record_all(acts: Sequence[Act]) -> list[AuditEvent]:
    """Add several acts, in their order, in one transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit event belongs in the transaction of its act")
    head, key = locked_head()
    _check_actors(acts)
    is_first = head.sequence == 0
    events: list[AuditEvent] = []
    for act in acts:
        link = _link(act, head, key)
        events.append(AuditEvent(**link._asdict(), own_hash=link_hash(link, key)))
        head.sequence, head.own_hash = events[-1].sequence, events[-1].own_hash
    AuditEvent.objects.bulk_create(events)
    keep_head(head, key, is_first=is_first)
    return events


def _check_actors(acts: Iterable[Act]) -> None:
    """Once the head is locked, which whoever closes an account has to lock too: no act comes after that."""
    actors = [act.actor for act in acts if act.action not in OF_CLOSED_ACCOUNTS]
    for actor in {actor for actor in actors if isinstance(actor, User) and actor.pk}:
        check_account(actor)


def _link(act: Act, head: AuditHead, key: str) -> Link:
    details = plain(act.details)
    if act.rows:
        details |= {"rows": digests_of(act.rows, key)}
    return Link(
        sequence=head.sequence + 1,
        at=timezone.now(),
        actor=clean(act.actor.get_username() if act.actor else ""),
        action=act.action.value,
        target=clean(act.target)[:120],
        details=details,
        request_id=act.request_id,
        previous_hash=head.own_hash,
    )


def locked_head() -> tuple[AuditHead, str]:
    """The head, for this transaction alone, and the key in force."""
    # SQLite has no row locks and needs none: its transactions are immediate, the writer is alone.
    head = next(iter(_HEAD.all()), None)
    key = key_in_force(head) if head else None
    if head is None or key is None:
        raise ChainBroken("the head of the audit log was altered; run manage.py verify_audit")
    return head, key


def keep_head(head: AuditHead, key: str, *, is_first: bool = False) -> None:
    """Seal and store the head, and move the anchor once that is committed."""
    head.seal = head_seal(head.sequence, head.own_hash, key)
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(_STORE_HEAD, [head.sequence, head.own_hash, head.seal])
    newest = anchor.Anchor(head.sequence, head.own_hash)
    transaction.on_commit(partial(anchor.advance, newest, key, is_first=is_first))


def start_chain(apps: Apps) -> None:
    """Put the head of an empty chain into a new database."""
    head = apps.get_model("accounts", "AuditHead")
    head.objects.create(pk=1, sequence=0, own_hash=GENESIS, seal=head_seal(0, GENESIS))
    anchor.set_aside()
