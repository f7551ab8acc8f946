"""Adding a link: in the transaction of the act itself, one writer at a time."""

from collections.abc import Mapping
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


def record(
    *,
    action: Action,
    actor: "User | AnonymousUser | None",
    target: str = "",
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add what `actor` did to the audit log: with the act, in the act's own transaction, or not at all."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit event belongs in the transaction of its act")
    head = _locked_head()
    link = Link(
        sequence=head.sequence + 1,
        at=timezone.now(),
        actor=clean(actor.get_username() if actor else ""),
        action=action.value,
        target=clean(target)[:120],
        details=plain(details or {}),
        request_id=request_id.current(),
        previous_hash=head.own_hash,
    )
    event = AuditEvent.objects.create(**link._asdict(), own_hash=link_hash(link))
    _advance(head, event)
    return event


def _locked_head() -> AuditHead:
    # SQLite has no row locks and needs none: its transactions are immediate, the writer is alone.
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is None or not compare_digest(head.seal, head_seal(head.sequence, head.own_hash)):
        raise ChainBroken("the head of the audit log was altered; run manage.py verify_audit")
    return head


def _advance(head: AuditHead, event: AuditEvent) -> None:
    head.sequence, head.own_hash = event.sequence, event.own_hash
    head.seal = head_seal(event.sequence, event.own_hash)
    head.save()
    transaction.on_commit(partial(anchor.advance, event.sequence, event.own_hash))


def start_chain(apps: Apps) -> None:
    """Put the head of an empty chain into a new database."""
    head = apps.get_model("accounts", "AuditHead")
    head.objects.create(pk=1, sequence=0, own_hash=GENESIS, seal=head_seal(0, GENESIS))
    anchor.set_aside()
