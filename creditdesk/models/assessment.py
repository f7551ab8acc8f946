from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedBinaryField, EncryptedJSONField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case
from creditdesk.models.client import Client
from creditdesk.models.inputs import WithInputs
from creditdesk.models.reason import Reason
from scoring.ml.features.spec.feature import Feature
from scoring.ml.model.affordability import Affordability
from scoring.models import Policy


class Contribution(NamedTuple):
    """The contribution of one feature to the log-odds (before calibration) of one assessment."""

    feature: Feature
    value: float
    contribution: float


@sealed()
class Assessment(WithInputs, EncryptedRow, AppendOnly):
    """One stored scoring, complete enough to be replayed years later. Added, never changed (triggers)."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("accept")
        REFUSE = "refuse", _("refuse")
        REFER = "refer", _("refer")

    class AffordabilityOutcome(models.TextChoices):
        MET = "met", _("within the limits")
        NOT_MET = "not_met", _("beyond a limit")
        MISSING = "missing", _("not known")

    # None: an application sent to the API, of which the desk has no case.
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, related_name="assessments", verbose_name=_("case")
    )
    # Of such an application: the client whose key was sent along, and whose data key encrypts it (trigger).
    # No constraint: SQLite would rebuild the table to take it back. Clients are never deleted.
    client = models.ForeignKey(
        Client,
        on_delete=models.PROTECT,
        null=True,
        related_name="applications",
        verbose_name=_("client"),
        db_constraint=False,
        db_index=False,
    )
    model_version = models.CharField(_("model version"), max_length=80, blank=True)
    model_digest = models.CharField(_("digest of the model"), max_length=64, blank=True)
    profile_digest = models.CharField(_("digest of the profile"), max_length=64)
    # The rows of each provided history table, and charges that were sent along; of the release before packed
    # rows, all inputs by name.
    inputs = EncryptedJSONField(_("inputs"), default=dict)
    packed_inputs = EncryptedBinaryField(null=True)
    # Little-endian float64, in the order of the features in model.json; empty when no model answered.
    features = EncryptedBinaryField(default=b"")
    # Empty, too, for a batch without contributions; a replay computes them.
    contributions = EncryptedBinaryField(default=b"")
    base_value = models.FloatField(_("starting point"), null=True)
    probability = models.FloatField(_("probability of default"), null=True)
    threshold = models.FloatField(_("threshold"), null=True)
    # The policy that made the probability a verdict; null: the threshold of the model version.
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("policy")
    )
    verdict = models.CharField(_("verdict"), max_length=6, choices=Verdict.choices, db_index=True)
    refer_reason = models.CharField(_("why a person must look first"), max_length=500, blank=True)
    # Of the release before the rule had a number: critical inputs alone.
    completeness_rule = models.PositiveSmallIntegerField(_("rule of completeness"), null=True)
    # The inputs to be completed, the most important first.
    missing = models.JSONField(_("missing inputs"), default=list)
    # Of an application that lacks common fields: see `scoring.ml.model.completeness.Completion`.
    completion = models.JSONField(_("what the missing inputs can change"), null=True)
    # Budget, limits and ratios under the rule of the policy: see `scoring.ml.model.affordability`.
    affordability = EncryptedJSONField(_("affordability"), null=True)
    # null: the policy has no such rule. A nullable column is added in place, without losing triggers.
    affordability_outcome = models.CharField(
        _("outcome of affordability"), max_length=7, choices=AffordabilityOutcome.choices, null=True
    )
    # Word for word as shown, most important first: `shown_reasons` reads them.
    reasons = EncryptedJSONField(_("reasons"), default=list)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("assessed by"),
    )
    assessed_at = models.DateTimeField(_("assessed"), auto_now_add=True)
    request_id = models.CharField(_("request"), max_length=36, blank=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["assessed_at", "pk"]
        indexes = [
            models.Index(fields=["client"], condition=Q(client__isnull=False), name="assessment_of_client"),
            # For the policy desk, which would read past the sealed columns of every row.
            models.Index(
                fields=[
                    "id",
                    "case",
                    "probability",
                    "refer_reason",
                    "affordability_outcome",
                    "assessed_at",
                ],
                name="assessment_scored",
            ),
            models.Index(
                fields=["id"], condition=Q(completion__isnull=False), name="assessment_with_completion"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="refer") | Q(probability__isnull=False, threshold__isnull=False),
                name="verdict_has_probability",
            ),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=1),
                name="probability_is_one",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="refer") | ~Q(refer_reason=""), name="refer_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.reference if self.case else '–'} {self.get_verdict_display()}"

    def key_owner(self) -> tuple[str, Owner]:
        """The client of the case or application; without one it is erased with all others of its day."""
        if self.client_id:
            return "client_id", self.client_id
        if self.case is None:
            return "day", timezone.localdate().isoformat()
        return "client_id", self.case.client_id

    @property
    def record(self) -> Mapping[str, Any]:
        if self.packed_inputs is None:
            return {**self.application, **self.history}
        return super().record

    @property
    def application(self) -> dict[str, Any]:
        return self.inputs.get("application", {}) if self.packed_inputs is None else super().application

    @property
    def history(self) -> dict[str, float]:
        return self.inputs.get("history", {}) if self.packed_inputs is None else super().history

    @property
    def history_rows(self) -> dict[str, int]:
        """The number of history rows of each provided table."""
        rows: dict[str, int] = self.inputs.get("history_rows", {})
        return rows

    @property
    def charges_sent(self) -> dict[str, float] | None:
        """The declared charges that were sent along with an application; None for none."""
        charges: dict[str, float] | None = self.inputs.get("charges")
        return charges

    @property
    def is_incomplete(self) -> bool:
        """Whether nothing is recommended until inputs are completed."""
        return bool(self.missing)

    @property
    def budget(self) -> Affordability | None:
        """The client's budget under the rule of the policy; None without a rule, or when erased."""
        return Affordability.from_json(self.affordability) if self.affordability else None

    @property
    def shown_reasons(self) -> tuple[Reason, ...]:
        """The reasons word for word as shown, most important first."""
        return tuple(map(Reason.from_json, self.reasons))

    def feature_values(self) -> dict[str, float]:
        """The features as the model read them, NaN where missing; empty without a model."""
        # Not above: a command that only reads the tables need not wait for the model's libraries.
        from scoring import engine

        if not self.features:
            return {}
        values = np.frombuffer(self.features, dtype="<f8").tolist()
        return dict(zip(engine.features_of(self.model_digest), values, strict=True))

    def feature_contributions(self) -> list[Contribution]:
        """Every feature with its value and contribution, largest first; empty without a model."""
        from scoring import engine
        from scoring.ml.features import catalogue

        if not self.contributions:
            return []
        names = engine.features_of(self.model_digest)
        contributions = np.frombuffer(self.contributions, dtype="<f8")
        order = np.argsort(-np.abs(contributions), kind="stable")
        values = np.frombuffer(self.features, dtype="<f8")[order].tolist()
        features = (catalogue.BY_NAME[names[i]] for i in order.tolist())
        return list(map(Contribution, features, values, contributions[order].tolist()))
