"""Adding a link: in the transaction of the act itself, one writer at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from django.apps.registry import Apps
from django.db import transaction
from django.utils import timezone

from accounts import request_id
from accounts.audit import anchor
from accounts.audit.actions import Action
from accounts.audit.chain import GENESIS, Link, clean, head_seal, link_hash, plain
from accounts.models import AuditEvent, AuditHead

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ChainBroken(Exception):
    """The head of the audit log is not the one that the desk wrote: nothing may be recorded on top of it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, in which request."""

    action: Action
    actor: "User | AnonymousUser | None"
    target: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = field(default_factory=request_id.current)


def record(
    *,
    action: Action,
    actor: "User | AnonymousUser | None",
    target: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add what `actor` did to the audit log: with the act, in the act's own transaction, or not at all."""
    return record_all([Act(action, actor, target, details or {})])[0]


def record_all(acts: Sequence[Act]) -> list[AuditEvent]:
    """Add several acts, in their order, in one transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit event belongs in the transaction of its act")
    head = _locked_head()
    events: list[AuditEvent] = []
    for act in acts:
        link = _link(act, head.sequence + 1, head.own_hash)
        events.append(AuditEvent(**link._asdict(), own_hash=link_hash(link)))
        head.sequence, head.own_hash = events[-1].sequence, events[-1].own_hash
    AuditEvent.objects.bulk_create(events)
    _keep(head)
    return events


def _link(act: Act, sequence: int, previous_hash: str) -> Link:
    return Link(
        sequence=sequence,
        at=timezone.now(),
        actor=clean(act.actor.get_username() if act.actor else ""),
        action=act.action.value,
        target=clean(act.target)[:120],
        details=plain(act.details),
        request_id=act.request_id,
        previous_hash=previous_hash,
    )


def _locked_head() -> AuditHead:
    # SQLite has no row locks and needs none: its transactions are immediate, the writer is alone.
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None or not compare_digest(head.seal, head_seal(head.sequence, head.own_hash)):
        raise ChainBroken("the head of the audit log was altered; run manage.py verify_audit")
    return head


def _keep(head: AuditHead) -> None:
    head.seal = head_seal(head.sequence, head.own_hash)
    head.save()
    transaction.on_commit(partial(anchor.advance, head.sequence, head.own_hash))


def start_chain(apps: Apps) -> None:
    """Put the head of an empty chain into a new database."""
    head = apps.get_model("accounts", "AuditHead")
    head.objects.create(pk=1, sequence=0, own_hash=GENESIS, seal=head_seal(0, GENESIS))
    anchor.set_aside()
