"""Forms of casework: escalation and its answer, contest and its review."""

from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.decision import MIN_REASON_LENGTH
from creditdesk.forms.fields import ISO_DATE
from creditdesk.models import Contest, Decision

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class ContestReview(TypedDict):
    """A review as the service takes it."""

    outcome: str
    reason_code: str
    justification: str


def statement_field(
    label: "str | _StrPromise", *, min_length: int = MIN_REASON_LENGTH, max_length: int = 2000, rows: int = 3
) -> forms.CharField:
    """Return a text area for what a person states in their own words."""
    return forms.CharField(
        label=label,
        min_length=min_length,
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=_("At least 20 characters.") if min_length == MIN_REASON_LENGTH else "",
    )


class EscalationForm(forms.Form):
    reason = statement_field(_("Why a manager should look"))


class AnswerForm(forms.Form):
    """Names the escalation that was on the page, so that no other one is answered."""

    escalation = forms.IntegerField(widget=forms.HiddenInput)
    answer = statement_field(_("What the advisor should do"))


class ContestForm(forms.Form):
    client_statement = statement_field(_("The client's words"), min_length=1, max_length=4000, rows=4)
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(format=ISO_DATE, attrs={"type": "date"}),
        input_formats=[ISO_DATE, "%d/%m/%Y"],
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


class ContestReviewForm(forms.Form):
    """Names the contest that was on the page, so that no other one is reviewed."""

    contest = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.ChoiceField(
        label=_("Your examination"),
        choices=[
            (Contest.Outcome.UPHELD, _("The decision holds")),
            (Contest.Outcome.CHANGED, _("The decision is changed")),
            (Contest.Outcome.REOPENED, _("The file is wrong: the case is opened again and decided anew")),
        ],
        widget=forms.RadioSelect,
    )
    change_code = forms.ChoiceField(
        label=_("Reason for a change"),
        required=False,
        choices=[("", _("Choose a reason")), *Decision.ReasonCode.choices],
    )
    justification = statement_field(_("Grounds for the client"), rows=4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("result") == Contest.Outcome.CHANGED and not cleaned.get("change_code"):
            self.add_error("change_code", _("A changed decision needs a reason."))
        return cleaned

    def review(self) -> ContestReview:
        cleaned = self.cleaned_data
        return {
            "outcome": cleaned["result"],
            "reason_code": cleaned["change_code"],
            "justification": cleaned["justification"],
        }
