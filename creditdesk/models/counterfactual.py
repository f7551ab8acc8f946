"""The counterfactuals of a refusal, as shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from creditdesk.encryption.fields import EncryptedJSONField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.assessment import Assessment

Value = float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCounterfactual:
    """One set of changes that would have turned a refusal, with its sentence in both languages.

    `changes` maps raw columns to (value on file, changed value); `entered` holds the same changes as a person
    enters them in a simulation, by editable field.
    """

    changes: Mapping[str, tuple[Value, Value]]
    entered: Mapping[str, float | None]
    probability: float
    text_en: str
    text_fr: str

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            changes={column: (before, after) for column, (before, after) in stored["changes"].items()},
            entered=stored.get("asked", {}),
            probability=stored["probability"],
            text_en=stored["text_en"],
            text_fr=stored["text_fr"],
        )

    def to_json(self) -> dict[str, Any]:
        """The stored keys, in their stored order."""
        return {
            "changes": {column: list(values) for column, values in self.changes.items()},
            "asked": dict(self.entered),
            "probability": self.probability,
            "text_en": self.text_en,
            "text_fr": self.text_fr,
        }

    def text(self, language: str) -> str:
        """The sentence in that language, English or French."""
        return self.text_fr if language == "fr" else self.text_en


class CounterfactualSearch(EncryptedRow, AppendOnly):
    """The result of one search for what would change a refusal; an empty list is a result too.

    Added once for an assessment and never changed (triggers), so that page and explanation pack agree.
    """

    assessment = models.OneToOneField(
        Assessment,
        on_delete=models.PROTECT,
        related_name="counterfactual_search",
        verbose_name=_("assessment"),
    )
    # Sparsest and nearest first: `shown` reads them.
    counterfactuals = EncryptedJSONField(_("found"), default=list, db_column="found")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("searched"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for what would change a refusal")
        verbose_name_plural = _("searches for what would change a refusal")

    def __str__(self) -> str:
        return str(self.assessment_id)

    def key_owner(self) -> tuple[str, Owner]:
        return self.assessment.key_owner()

    @property
    def shown(self) -> tuple[ShownCounterfactual, ...]:
        """The counterfactuals word for word as shown, sparsest and nearest first."""
        return tuple(map(ShownCounterfactual.from_json, self.counterfactuals))
