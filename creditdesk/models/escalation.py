"""An escalation: a case passed on to a manager, and the answer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case
from creditdesk.models.decision import Decision


class EscalationQuerySet(EncryptedRowQuerySet["Escalation"]):
    def unanswered(self) -> Self:
        return self.filter(answered_at__isnull=True)


@sealed()
class Escalation(EncryptedRow):
    """A case that was passed on to a manager, why, and what the manager answered."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    reason = EncryptedTextField(_("why a manager should look"), max_length=2000)
    escalated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    escalated_at = models.DateTimeField(auto_now_add=True)
    answer = EncryptedTextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    # In place of words: each reader has it in their language.
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, related_name="+")

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ["escalated_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answered_at__isnull=True), name="one_escalation_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="escalation_has_reason"),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True, answered_by__isnull=True, answer="", decision__isnull=True
                )
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False)
                    & (~Q(answer="") | Q(decision__isnull=False))
                ),
                name="answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("escalated_by")),
                name="answerer_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.escalated_at:%Y-%m-%d}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def answer_in_words(self) -> str:
        """What the manager wrote, or the decision that they made in place of an answer; "" while it waits."""
        if self.decision is None:
            return str(self.answer)
        return gettext("Decided: %(outcome)s.") % {"outcome": self.decision.get_outcome_display()}
