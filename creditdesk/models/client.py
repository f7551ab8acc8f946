"""Clients: the records of people who ask for credit, the bank's keys of them, and records of one person."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.rows import EncryptedRowQuerySet, KeyOwningRow
from creditdesk.models.name_index import index_names

MAX_KEY_LENGTH: Final = 64
# No "@" and no space: neither an address nor a name is a key.
KEY_CHARACTERS: Final = rf"[0-9A-Za-z][0-9A-Za-z._/-]{{0,{MAX_KEY_LENGTH - 1}}}"
KEY_PATTERN: Final = rf"\A{KEY_CHARACTERS}\Z"


class ClientQuerySet(EncryptedRowQuerySet["Client"]):
    def of_person(self, client: "Client") -> Self:
        """Every record of the person whom this record is about, itself among them."""
        return self.filter(Q(pk=client.person_id) | Q(merged_into=client.person_id))

    def locked_person(self, client: "Client") -> "Client":
        """The record, read again with all records of its person locked, in one order for everybody."""
        locked = self.select_for_update().get(pk=client.pk)
        list(self.of_person(locked).select_for_update().order_by("pk"))
        current: Client = self.get(pk=client.pk)
        return current if current.person_id == locked.person_id else self.locked_person(current)


class Client(KeyOwningRow):
    """A record of a person asking for credit, with the key of all words in its cases.

    Somebody who was entered twice has two records; the one is then merged into the other. Each keeps its
    cases, its name and its data key, so that a merge is undone by taking the pointer away.
    """

    key_column = "client_id"

    name = EncryptedTextField(_("name"), max_length=200, blank=True)
    # Follows from the merges in force; always the record that stands for the person, never one in between.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged", editable=False
    )

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="client_not_merged_into_itself"
            )
        ]
        permissions = [("merge_clients", "Can merge the records of one client, and part them again")]

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        index_names({self.pk: str(self.name)})

    @property
    def person_id(self) -> int:
        """The record that stands for the person: equal for all records of one person."""
        return self.merged_into_id or self.pk


class ClientKey(models.Model):
    """The bank's own key of a client; deleted when the client's words are erased."""

    client = models.OneToOneField(
        Client, on_delete=models.CASCADE, primary_key=True, related_name="client_key"
    )
    key = models.CharField(
        _("client number of the bank"),
        max_length=MAX_KEY_LENGTH,
        unique=True,
        validators=[RegexValidator(KEY_PATTERN)],
    )

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="client_key_is_given")]

    def __str__(self) -> str:
        return self.key


class ClientMergeQuerySet(models.QuerySet["ClientMerge"]):
    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def of_clients(self, clients: Iterable[int]) -> Self:
        """Merges of any of these records, undone ones too."""
        listed = list(clients)
        return self.filter(Q(primary__in=listed) | Q(duplicate__in=listed))


@sealed()
class ClientMerge(models.Model):
    """Two records are of one person: by a manager, or by the bank's key in an import. Undone once, at most.

    The grounds are a closed list, not a text: a text would name the client, and outlive the erasure of
    either record.
    """

    class Reason(models.TextChoices):
        DOCUMENT = "document", _("same identity document")
        BIRTH = "birth", _("same name, birth date and address")
        CLIENT = "client", _("the client confirms it")
        BANK = "bank", _("the bank's client file says so")
        IMPORT = "import", _("same client number in an import")

    class EndReason(models.TextChoices):
        DIFFERENT = "different", _("they are different people")
        MISTAKE = "mistake", _("merged by mistake")
        UNPROVEN = "unproven", _("not proven that they are one person")

    primary = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    duplicate = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    # Null: by an import.
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    merged_at = models.DateTimeField(auto_now_add=True)
    end_reason = models.CharField(_("reason"), max_length=10, choices=EndReason.choices, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = ClientMergeQuerySet.as_manager()

    class Meta:
        ordering = ["merged_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(ended_at__isnull=True), name="client_merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(primary=F("duplicate")), name="merge_of_two_clients"),
            models.CheckConstraint(
                condition=Q(reason="import", merged_by=None)
                | (~Q(reason__in=["import", ""]) & Q(merged_by__isnull=False)),
                name="merge_has_person_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="end_of_merge_has_person_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} into {self.primary_id}"

    @classmethod
    def record(cls, primary: Client, duplicate: Client, **columns: Any) -> Self:
        """Merge the person of one record into that of another, within a transaction that has locked both."""
        merge = cls.objects.create(primary_id=primary.person_id, duplicate_id=duplicate.person_id, **columns)
        Client.objects.of_person(duplicate).update(merged_into=merge.primary_id)
        return merge  # type: ignore[return-value]

    def end(self, **columns: Any) -> None:
        """Undo it: the merged record stands for itself again, and for what had been merged into it before."""
        for name, value in {"ended_at": timezone.now(), **columns}.items():
            setattr(self, name, value)
        self.save(update_fields=["ended_at", *columns])
        Client.objects.filter(pk__in=self._below()).update(merged_into=self.duplicate_id)
        Client.objects.filter(pk=self.duplicate_id).update(merged_into=None)

    def _below(self) -> set[int]:
        """The records merged into the merged one, directly or through others."""
        below: set[int] = set()
        level = {self.duplicate_id}
        while level:
            merges = ClientMerge.objects.in_force().filter(primary__in=level)
            level = set(merges.values_list("duplicate", flat=True)) - below
            below |= level
        return below
