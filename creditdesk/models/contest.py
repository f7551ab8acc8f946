from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case
from creditdesk.models.data_key import Erasure
from creditdesk.models.decision import Decision

if TYPE_CHECKING:
    from accounts.models import User


class ContestQuerySet(EncryptedRowQuerySet["Contest"]):
    def unanswered(self) -> Self:
        """Contests that wait for a review; there is nobody to answer where the client was erased."""
        # Asked of each open contest: as a join, SQLite may begin with all clients and their cases.
        erased = Erasure.objects.filter(client__cases=OuterRef("case"))
        return self.filter(~Exists(erased), closed_at__isnull=True)

    def independent_of(self, person: "User") -> Self:
        """Contests of decisions that this person neither made nor checked."""
        return self.exclude(Q(decided_by=person) | Q(checked_by=person))

    def late(self) -> Self:
        return self.unanswered().filter(due_on__lt=timezone.localdate())


@sealed()
class Contest(EncryptedRow):
    """A client contests a decision: the client's statement, and the review by another person."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("decision upheld")
        CHANGED = "changed", _("decision changed")
        REOPENED = "reopen", _("case opened again")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contests")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="contests")
    # Copies of the decision's people, so that the database itself can compare them with the reviewer.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    client_statement = EncryptedTextField(_("the client's words"), max_length=4000, db_column="words")
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("answer due by"), db_index=True)
    # False only for contests of earlier releases that the reviewer had recorded too.
    separate_reviewer = models.BooleanField(default=True, editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_column="examiner_id",
    )
    outcome = models.CharField(max_length=7, choices=Outcome.choices, blank=True)
    justification = EncryptedTextField(_("grounds"), max_length=2000, blank=True, db_column="grounds")
    new_decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, related_name="changing_contest"
    )
    closed_at = models.DateTimeField(null=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="one_contest_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(client_statement=""), name="contest_has_words"),
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="contest_due_later"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True)
                | (
                    ~Q(reviewer=F("decided_by")) & (Q(checked_by__isnull=True) | ~Q(reviewer=F("checked_by")))
                ),
                name="examiner_is_another",
            ),
            models.CheckConstraint(
                condition=Q(separate_reviewer=False) | Q(reviewer__isnull=True) | ~Q(reviewer=F("opened_by")),
                name="recorder_does_not_examine",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, reviewer__isnull=True, outcome="", justification="")
                | (
                    Q(closed_at__isnull=False, reviewer__isnull=False) & ~Q(outcome="") & ~Q(justification="")
                ),
                name="examination_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(outcome="changed", new_decision__isnull=False)
                | (~Q(outcome="changed") & Q(new_decision__isnull=True)),
                name="changed_has_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.received_on}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def is_late(self) -> bool:
        return self.closed_at is None and self.due_on < timezone.localdate()
