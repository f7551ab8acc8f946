"""A note on a case, and who was the first other person to read it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case


class NoteQuerySet(EncryptedRowQuerySet["Note"]):
    def on_file(self) -> Self:
        """Notes that their author has not removed."""
        return self.filter(removed_at__isnull=True)

    def unread(self) -> Self:
        """Notes on file that nobody but their author has read."""
        return self.on_file().filter(reading__isnull=True)

    def with_reading(self) -> Self:
        """Each note with `is_read`."""
        return self.annotate(is_read=Exists(NoteReading.objects.filter(note=OuterRef("pk"))))


@sealed()
class Note(EncryptedRow):
    """Somebody's note on a case; its author may change or remove it until another person has read it.

    Triggers refuse every change of a note that was read, and the removal of any row.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = EncryptedTextField(_("note"), max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    changed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    # Of the form that added it, as it was sent: a form sent twice adds one note.
    entry_key = models.UUIDField(null=True, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) & ~Q(text="") | Q(removed_at__isnull=False, text=""),
                name="note_has_text",
            ),
            # With a condition, which makes it an index: SQLite would copy the table, without its triggers.
            models.UniqueConstraint(
                fields=["entry_key"], condition=Q(entry_key__isnull=False), name="one_note_an_entry"
            ),
        ]

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    def __str__(self) -> str:
        return str(self.text)[:60]


class NoteReading(AppendOnly):
    """Another person has read a note, which nobody changes since. Added, never changed (triggers)."""

    note = models.OneToOneField(Note, on_delete=models.PROTECT, related_name="reading")
    # Null: a note of an earlier release, which nobody could change then.
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    read_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.note_id} {self.read_by_id}"
