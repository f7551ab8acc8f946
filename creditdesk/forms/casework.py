"""What is asked when a case is passed on, contested or examined again."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.decision import SHORTEST_REASON
from creditdesk.forms.fields import ISO
from creditdesk.models import Contest, Decision


def words_field(
    label: Any, *, least: int = SHORTEST_REASON, most: int = 2000, rows: int = 3
) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=least,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=_("At least 20 characters.") if least == SHORTEST_REASON else "",
    )


class EscalationForm(forms.Form):
    reason = words_field(_("Why a manager should look"))


class AnswerForm(forms.Form):
    """Bound to the escalation that was read."""

    escalation = forms.IntegerField(widget=forms.HiddenInput)
    answer = words_field(_("What the advisor should do"))


class ContestForm(forms.Form):
    client_statement = words_field(_("The client's words"), least=1, most=4000, rows=4)
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(format=ISO, attrs={"type": "date"}),
        input_formats=[ISO, "%d/%m/%Y"],
    )

    def __init__(self, data: QueryDict | None = None, *, decision: Decision | None) -> None:
        super().__init__(data, initial={"received_on": timezone.localdate()}, label_suffix="")
        self.decision = decision

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is in the future."), code="future")
        if self.decision and day < self.decision.final_on:
            raise ValidationError(_("This day is before the decision."), code="before")
        return day


class ExaminationForm(forms.Form):
    """Bound to the contest that was read."""

    contest = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.ChoiceField(
        label=_("Your examination"),
        choices=[
            (Contest.Outcome.UPHELD, _("The decision holds")),
            (Contest.Outcome.CHANGED, _("The decision is changed")),
        ],
        widget=forms.RadioSelect,
    )
    change_code = forms.ChoiceField(
        label=_("Reason for a change"),
        required=False,
        choices=[("", _("Choose a reason")), *Decision.ReasonCode.choices],
    )
    justification = words_field(_("Grounds for the client"), rows=4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("result") == Contest.Outcome.CHANGED and not cleaned.get("change_code"):
            self.add_error("change_code", _("A changed decision needs a reason."))
        return cleaned

    def examined(self) -> dict[str, str]:
        cleaned = self.cleaned_data
        return {
            "outcome": cleaned["result"],
            "reason_code": cleaned["change_code"],
            "justification": cleaned["justification"],
        }
