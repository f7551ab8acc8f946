"""Forms of the model pages. The invariants are in the database; here are their messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scoring.models import MIN_REASON_LENGTH, ModelVersion


def reason_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=MIN_REASON_LENGTH,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("At least 20 characters."),
    )


class ReasonForm(forms.Form):
    reason = reason_field(_("Why"))


class ProposalForm(ReasonForm):
    """Any version but the one in use; going back is proposing an earlier one."""

    version = forms.ModelChoiceField(
        label=_("Version"), queryset=ModelVersion.objects.none(), to_field_name="name"
    )
    field_order = ("version", "reason")

    def __init__(self, data: Any = None, *, current: ModelVersion | None) -> None:
        super().__init__(data, label_suffix="", prefix="proposal")
        versions = ModelVersion.objects.order_by("-registered_at", "-pk")
        if current:
            versions = versions.exclude(pk=current.pk)
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]


class AppointmentForm(ProposalForm):
    """The version that is to score in the shadow; none ends the challenger."""

    def __init__(self, data: Any = None, *, current: ModelVersion | None) -> None:
        super().__init__(data, current=current)
        self.prefix = "challenger"
        self.fields["version"].required = False
        self.fields["version"].empty_label = _("No challenger")  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The second person's answer to a proposed version."""

    APPROVE, REJECT = "approve", "reject"

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(APPROVE, _("Put this version in use")), (REJECT, _("Reject it"))],
        widget=forms.RadioSelect,
    )
    reason = reason_field(_("Why"))
    override = forms.BooleanField(
        label=_("Put it in use although a gate failed; my reason says why"), required=False
    )


class MomentForm(forms.Form):
    at = forms.DateTimeField(
        label=_("At"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


class PairForm(forms.Form):
    """Two registered versions side by side; their names in the address are `one` and `other`."""

    first = forms.ModelChoiceField(
        label=_("Version"), queryset=ModelVersion.objects.order_by("-pk"), to_field_name="name"
    )
    second = forms.ModelChoiceField(
        label=_("and version"), queryset=ModelVersion.objects.order_by("-pk"), to_field_name="name"
    )

    def add_prefix(self, field_name: str) -> str:
        return {"first": "one", "second": "other"}.get(field_name, field_name)
