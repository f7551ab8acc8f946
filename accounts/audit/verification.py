"""Walking the chain: the first link that is not as the desk wrote it, and then the first row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final

from django.conf import settings

from accounts.audit.actions import Action
from accounts.audit.anchor import Anchor, AnchorError
from accounts.audit.chain import GENESIS, Link, key_id, link_hash, rotation_seal
from accounts.audit.keys import KeySchedule, UnknownKey, key_in_force, key_ring
from accounts.audit.row_checks import first_broken_row
from accounts.audit.row_digests import stored_row
from accounts.audit.row_ledger import BrokenRow, RowLedger
from accounts.models import AuditEvent, AuditHead
from accounts.sealed_rows import SEALED_TABLES

COLUMNS: Final = (*Link._fields, "own_hash")


@dataclass(frozen=True)
class Break:
    """The first place where the log is not as it was written."""

    sequence: int
    what: str

    def __str__(self) -> str:
        return f"event {self.sequence}: {self.what}"


class RowsBroken(Exception):
    """A sealed row is not as the log knows it."""

    def __init__(self, row: BrokenRow) -> None:
        super().__init__(str(row))
        self.row = row


class BrokenAt(Exception):
    def __init__(self, sequence: int, what: str) -> None:
        super().__init__(what)
        self.first_break = Break(sequence, what)


@dataclass
class Walk:
    """The last good link on the way through the chain."""

    sequence: int = 0
    own_hash: str = GENESIS
    anchor: Anchor | None = None
    rows: RowLedger | None = None
    keys: KeySchedule = field(default_factory=KeySchedule.load)

    def to_the_end(self) -> None:
        """Check every link that is there, and that the last one is where the anchor and the head know it.

        The anchor is read first and the head last: others may write meanwhile, and then the walk goes on.
        """
        self.anchor = self.anchor or _genuine_anchor()
        if self.sequence == 0 and (
            early := AuditEvent.objects.filter(sequence__lt=1).order_by("sequence").first()
        ):
            raise BrokenAt(early.sequence, "it was inserted before the first one")
        head = None
        while head is None or head.sequence > self.sequence:
            before = self.sequence
            for row in _rows_after(self.sequence):
                self._step(Link(*row[:-1]), row[-1])
            head = _genuine_head(self.sequence)
            if before == self.sequence:
                break
        self._compare_with(head)

    def _step(self, link: Link, own_hash: str) -> None:
        if link.sequence != self.sequence + 1:
            raise BrokenAt(self.sequence + 1, "it was removed")
        if link.previous_hash != self.own_hash:
            raise BrokenAt(link.sequence, _why_it_does_not_follow(link))
        key = self._key_of(link.sequence)
        if not compare_digest(own_hash, link_hash(link, key)):
            raise BrokenAt(link.sequence, _why_it_is_not_genuine(link))
        if link.action == Action.KEY_ROTATED and not _confirms_its_key(link):
            raise BrokenAt(link.sequence, "it names a new key that does not confirm it")
        if self.rows and (what := self.rows.note(link, key)):
            raise BrokenAt(link.sequence, what)
        self.sequence, self.own_hash = link.sequence, own_hash
        if self.anchor and self.anchor.sequence == self.sequence and self.anchor.own_hash != own_hash:
            raise BrokenAt(link.sequence, f"it is not the one that the anchor {settings.AUDIT_ANCHOR} knows")

    def _key_of(self, sequence: int) -> str:
        try:
            return self.keys.key_of(sequence)
        except UnknownKey as error:
            raise BrokenAt(sequence, str(error)) from error

    def _compare_with(self, head: AuditHead) -> None:
        if head.sequence > self.sequence:
            last = "" if head.sequence == self.sequence + 1 else f", and all after it up to {head.sequence}"
            raise BrokenAt(self.sequence + 1, f"it was removed from the end{last}")
        if (head.sequence, head.own_hash) != (self.sequence, self.own_hash):
            raise BrokenAt(head.sequence + 1, "the head was put back to an earlier state than the log")
        if self.anchor and self.anchor.sequence > self.sequence:
            raise BrokenAt(
                self.sequence + 1,
                f"the log ends before it, but {settings.AUDIT_ANCHOR} knows event {self.anchor.sequence}: "
                "the end was removed together with its head, or the database was put back to an earlier copy",
            )


def verify() -> Break | None:
    """Check the whole log, row by row, in constant memory; the first break, or nothing."""
    return _first_break(Walk())


def verify_end() -> Break | None:
    """Check the newest event, the head and the anchor alone: cheap enough for every page."""
    last_but_one = AuditEvent.objects.order_by("-sequence")[1:2].first()
    return _first_break(Walk(last_but_one.sequence, last_but_one.own_hash) if last_but_one else Walk())


def walk_through() -> int:
    """The number of events of an intact log; raises `BrokenAt` for one that is not."""
    walk = Walk()
    walk.to_the_end()
    return walk.sequence


def walk_rows(tables: Iterable[str] | None = None) -> tuple[RowLedger, Walk]:
    """Walk the log, compare every sealed row of these tables with it; raises `BrokenAt` and `RowsBroken`.

    Unless given, of all tables, and then with the checks that the applications have registered.
    """
    rows = RowLedger(frozenset(SEALED_TABLES if tables is None else tables))
    walk = Walk(rows=rows)
    walk.to_the_end()
    for suspects in (rows.suspects, rows.unseen):
        for suspect in suspects():
            _raise_unless_written_meanwhile(walk, rows, suspect)
    if tables is None and (broken := first_broken_row()):
        raise RowsBroken(broken)
    return rows, walk


def _raise_unless_written_meanwhile(walk: Walk, rows: RowLedger, suspect: BrokenRow) -> None:
    """Others may write during the walk: what the log has grown by may explain the row."""
    while True:
        before, row = walk.sequence, stored_row(suspect.table, suspect.pk)
        walk.keys, walk.anchor = KeySchedule.load(), None
        walk.to_the_end()
        if row is not None and not rows.suspect(suspect.table, (suspect.pk, row)):
            return
        if walk.sequence == before:
            raise RowsBroken(suspect)


def _first_break(walk: Walk) -> Break | None:
    try:
        walk.to_the_end()
    except BrokenAt as broken:
        return broken.first_break
    return None


def is_genuine(event: AuditEvent) -> bool:
    """Whether this event, by itself, is as the desk wrote it."""
    link = Link(*(getattr(event, column) for column in Link._fields))
    try:
        key = KeySchedule.load().key_of(link.sequence) if settings.AUDIT_OLD_KEYS else settings.AUDIT_KEY
    except UnknownKey:
        return False
    return compare_digest(event.own_hash, link_hash(link, key))


def _confirms_its_key(link: Link) -> bool:
    """Whether the new key of a rotation sealed the rotation as well."""
    seals = {key_id(key): rotation_seal(link.previous_hash, key) for key in key_ring()}
    return compare_digest(str(link.details.get("proof")), seals.get(str(link.details.get("new")), ""))


def _rows_after(sequence: int) -> Iterator[tuple[Any, ...]]:
    events = AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence")
    return events.values_list(*COLUMNS).iterator(chunk_size=2000)


def _genuine_anchor() -> Anchor | None:
    try:
        return Anchor.read()
    except AnchorError as error:
        raise BrokenAt(0, f"the anchor outside the database is not genuine: {error}") from error


def _genuine_head(sequence: int) -> AuditHead:
    head = AuditHead.objects.filter(pk=1).first()
    if head is None:
        raise BrokenAt(sequence + 1, "the head of the log was removed")
    if key_in_force(head) is None:
        raise BrokenAt(head.sequence, "the head of the log was altered")
    return head


def _why_it_does_not_follow(link: Link) -> str:
    if AuditEvent.objects.filter(own_hash=link.previous_hash).exists():
        return "it is out of order"
    return _why_it_is_not_genuine(link)


def _why_it_is_not_genuine(link: Link) -> str:
    if AuditHead.objects.filter(sequence__lt=link.sequence).exists():
        return "the desk did not write it: it was inserted"
    return "it was changed"
