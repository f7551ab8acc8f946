"""A scenario: a simulation kept under a name."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creditdesk.encryption.fields import EncryptedJSONField, EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.assessment import Assessment
from creditdesk.models.case import Case
from scoring.models import Policy


class Scenario(EncryptedRow):
    """A named simulation, kept to compare it with others: a working paper, never an assessment or evidence.

    Its author may delete it; the audit log keeps that it existed.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("case"))
    name = EncryptedTextField(_("name"), max_length=60, repeatable=True)
    # As entered, by editable field, and the raw columns that this changed: null where a value was taken away.
    entered = EncryptedJSONField(_("entered"), default=dict, db_column="asked")
    changes = EncryptedJSONField(_("changes"), default=dict)
    probability = models.FloatField(_("probability of default"))
    threshold = models.FloatField(_("threshold"))
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("policy")
    )
    verdict = models.CharField(_("verdict"), max_length=6, choices=Assessment.Verdict.choices)
    model_version = models.CharField(_("model version"), max_length=80)
    model_digest = models.CharField(_("digest of the model"), max_length=64)
    profile_digest = models.CharField(_("digest of the profile"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("saved"), auto_now_add=True)

    objects: ClassVar = EncryptedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_name"),
            models.UniqueConstraint(fields=["case", "by", "name"], name="one_scenario_of_a_name"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
