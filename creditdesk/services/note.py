"""Notes on a case: added, changed until another person reads them, and what they mention."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.audit.recording import Act, record_all
from accounts.models import User
from creditdesk.cases.team import who_sees
from creditdesk.models import Case, Note, NoteReading, Notification
from creditdesk.services.entry_key import entry_key
from creditdesk.services.notification import notify
from creditdesk.services.refusal import ActRefused, check_scope, locked_case, name_of

# A user name after a space or a bracket: what follows a letter is an address of e-mail.
_MENTION: Final = re.compile(r"(?<![\w@.+-])@([\w.+-]*\w)")
MAX_MENTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a text names: people who see the case, and the names of those who do not or do not exist."""

    people: tuple[User, ...] = ()
    unreachable: tuple[str, ...] = ()


@transaction.atomic
def add_note(*, case: Case, text: str, by: User, form_key: UUID | None = None) -> Note:
    """Add a note, and notify whom it mentions among those who may see the case.

    A form that is sent again with the same words, also at the same time, leads to the note that it added.
    """
    if not by.has_perm("creditdesk.add_note"):
        raise PermissionDenied
    check_scope([case.pk], by)
    key = entry_key(form_key, by, case.pk, text.strip())
    if earlier := _note_of_entry(key):
        return earlier
    try:
        with transaction.atomic():
            note = Note.objects.create(case=case, text=text.strip(), author=by, entry_key=key)
    except IntegrityError:
        if earlier := _note_of_entry(key):
            return earlier
        raise
    _audit(note, Action.NOTE, by, previous="")
    _notify(note, mentions_of(case, note.text).people, by)
    return note


@transaction.atomic
def change_note(*, note: Note, text: str, by: User) -> Note:
    """Change the text of the own note that nobody else has read. Raises ActRefused."""
    locked = _changeable(note, by)
    if not text.strip():
        raise ActRefused(gettext("A note has words."))
    before, previous = mentions_of(locked.case, locked.text).people, _state(locked)
    locked.text, locked.changed_at = text.strip(), timezone.now()
    locked.save(update_fields=["text", "changed_at"])
    _audit(locked, Action.NOTE_CHANGED, by, previous=previous)
    people = mentions_of(locked.case, locked.text).people
    _notify(locked, tuple(person for person in people if person not in before), by)
    return locked


@transaction.atomic
def remove_note(*, note: Note, by: User) -> Note:
    """Take back the own note that nobody else has read: the words go, the act stays. Raises ActRefused."""
    locked = _changeable(note, by)
    previous = _state(locked)
    locked.text, locked.removed_at = "", timezone.now()
    locked.save(update_fields=["text", "removed_at"])
    _audit(locked, Action.NOTE_REMOVED, by, previous=previous)
    return locked


def record_note_readings(*, cases: QuerySet[Case], by: User) -> int:
    """Record that this person reads the notes of these cases; return how many nobody else had read before.

    Call it before the notes are read: from here on nobody changes them.
    """
    unread = Note.objects.unread().filter(case__in=cases.order_by().values("pk")).exclude(author=by)
    if not unread.exists():
        return 0
    with transaction.atomic():
        keys = list(unread.values_list("pk", flat=True))
        locked = Note.objects.select_for_update(of=("self",)).filter(pk__in=keys).select_related("case")
        # A reading of a colleague may have come meanwhile.
        read = set(NoteReading.objects.filter(note__in=list(locked)).values_list("note", flat=True))
        notes = [note for note in locked if note.pk not in read]
        NoteReading.objects.bulk_create([NoteReading(note=note, read_by=by) for note in notes])
        by_case: dict[str, list[int]] = defaultdict(list)
        for note in notes:
            by_case[note.case.reference].append(note.pk)
        state = {"previous": "unread", "new": "read"}
        acts = [Act(Action.NOTE_READ, by, case, {"notes": keys, **state}) for case, keys in by_case.items()]
        record_all(acts)
    return len(notes)


def mentions_of(case: Case, text: str) -> Mentions:
    """Whom a text mentions as @name, whatever the case of its letters."""
    names = dict.fromkeys(name.lower() for name in _MENTION.findall(str(text)))
    if not names:
        return Mentions()
    wanted = list(names)[:MAX_MENTIONS]
    same = Q()
    for name in wanted:
        same |= Q(username__iexact=name)
    people = tuple(who_sees(case).filter(same))
    reached = {person.get_username().lower() for person in people}
    return Mentions(people, tuple(name for name in wanted if name not in reached))


def _note_of_entry(key: UUID | None) -> Note | None:
    return Note.objects.filter(entry_key=key).first() if key else None


def _changeable(note: Note, by: User) -> Note:
    if not by.has_perm("creditdesk.add_note") or note.author_id != by.pk:
        raise PermissionDenied
    locked_case(note.case, by)
    locked = Note.objects.select_for_update().get(pk=note.pk)
    if locked.removed_at:
        raise ActRefused(gettext("This note is removed already."))
    if reading := NoteReading.objects.filter(note=locked).select_related("read_by").first():
        who = name_of(reading.read_by) if reading.read_by else gettext("somebody")
        raise ActRefused(
            gettext("%(person)s has read this note: it stays as it is. Write another one.") % {"person": who}
        )
    return locked


def _notify(note: Note, people: tuple[User, ...], by: User) -> None:
    notify(people=people, kind=Notification.Kind.MENTIONED, cases=[note.case], by=by)


def _state(note: Note) -> str:
    """What the chain holds of a note: its state, and how long it is."""
    if note.removed_at:
        return "removed"
    return f"{'changed' if note.changed_at else 'written'}, {len(note.text)} characters"


def _audit(note: Note, action: Action, by: User, *, previous: str) -> None:
    """The words stay out of the chain, which cannot forget: they may name a client."""
    details = {"note": note.pk, "previous": previous, "new": _state(note)}
    audit.record(action=action, actor=by, target=note.case.reference, details=details, rows=[note])
