from datetime import date
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.assessment import Assessment
from creditdesk.models.case import Case
from creditdesk.models.case_keys import Literal
from scoring.models import Policy

# Statuses of decisions that are in force no more, and of those that never were.
ENDED: Final = ("rejected", "replaced", "lapsed")
NEVER_IN_FORCE: Final = ("rejected", "lapsed")


class DecisionQuerySet(EncryptedRowQuerySet["Decision"]):
    def standing(self) -> Self:
        """Accepted or refused, final or waiting for the second person: at most one per case."""
        return self.filter(
            outcome__in=[Decision.Outcome.ACCEPT, Decision.Outcome.REFUSE],
            status__in=[Decision.Status.FINAL, Decision.Status.PROPOSED],
        )

    def waiting(self) -> Self:
        """Proposed: a second person has to check it."""
        # SQLite matches the condition of a partial index with a constant, never with a parameter.
        return self.filter(status=Literal(Decision.Status.PROPOSED))


@sealed()
class Decision(EncryptedRow):
    """A person's decision on one assessment.

    Accepting against the model, above an amount, is only proposed until a second person has checked it.
    """

    class Outcome(models.TextChoices):
        ACCEPT = "accept", _("accepted")
        REFUSE = "refuse", _("refused")
        REFER = "refer", _("referred")

    class Status(models.TextChoices):
        FINAL = "final", _("final")
        PROPOSED = "proposed", _("waiting for a second person")
        REJECTED = "rejected", _("rejected by the second person")
        REPLACED = "replaced", _("no longer in force")
        LAPSED = "lapsed", _("ended by the client's withdrawal")

    class ReasonCode(models.TextChoices):
        INCOME = "income", _("Income or situation better documented than in the data")
        GUARANTEE = "guarantee", _("Guarantee or co-borrower")
        HISTORY = "history", _("Known client, good relationship")
        AFFORDABILITY = "affordability", _("Instalment too heavy for the budget")
        DOCUMENTS = "documents", _("Documents missing or inconsistent")
        FRAUD = "fraud", _("Suspicion of fraud")
        DATA = "data", _("Data wrong or out of date")
        OTHER = "other", _("Other")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("case"))
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("assessment")
    )
    # The policy on the day of the decision, whose limits it keeps; null: those of the settings.
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("policy")
    )
    outcome = models.CharField(_("decision"), max_length=6, choices=Outcome.choices)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    # By the rule of the day: final only once a second person has checked it.
    needs_checker = models.BooleanField(_("needs a second person"), default=False, editable=False)
    is_override = models.BooleanField(_("differs from the verdict"))
    reason_code = models.CharField(_("reason"), max_length=20, choices=ReasonCode.choices, blank=True)
    reason = EncryptedTextField(_("grounds"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_at = models.DateTimeField(_("checked"), null=True)
    check_reason = EncryptedTextField(_("second person's grounds"), max_length=2000, blank=True)

    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replacements", editable=False
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["decided_at", "pk"]
        indexes = [
            # With who decided: the queue of a second person leaves out their own without reading the row.
            models.Index(
                fields=["case", "decided_by"], condition=Q(status="proposed"), name="decision_waiting"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(outcome__in=["accept", "refuse"], status__in=["final", "proposed"]),
                name="one_standing_decision",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=~Q(status__in=NEVER_IN_FORCE), name="one_replacement"
            ),
            models.CheckConstraint(
                condition=Q(is_override=False) | (~Q(reason="") & ~Q(reason_code="")),
                name="override_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("decided_by")),
                name="checker_is_another",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "lapsed"], checked_by__isnull=True)
                | Q(status="rejected", checked_by__isnull=False)
                | Q(status__in=["final", "replaced"]),
                name="check_matches_status",
            ),
            models.CheckConstraint(
                condition=Q(needs_checker=False)
                | Q(status__in=["proposed", "rejected", "lapsed"])
                | Q(checked_by__isnull=False),
                name="final_has_checker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference} {self.get_outcome_display()}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def refuses_incomplete(self) -> bool:
        """Whether a refusal rests on an assessment of which inputs were missing: no letter says so."""
        return self.outcome == self.Outcome.REFUSE and self.assessment.is_incomplete

    @property
    def is_standing(self) -> bool:
        """Whether `DecisionQuerySet.standing` holds it."""
        return self.outcome != self.Outcome.REFER and self.status not in ENDED

    @property
    def final_on(self) -> date:
        """The day on which the decision took effect."""
        return timezone.localtime(self.checked_at or self.decided_at).date()
