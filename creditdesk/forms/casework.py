"""Forms of casework: escalation and its answer, contest and its review."""

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.application import column_label, form_columns
from creditdesk.forms.decision import MIN_REASON_LENGTH
from creditdesk.forms.fields import ISO_DATE
from creditdesk.models import Contest, ContestPoint, Decision
from creditdesk.services import Point

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class ContestReview(TypedDict):
    """A review as the service takes it."""

    outcome: str
    reason_code: str
    justification: str


class ContestFields(TypedDict):
    """A contest as the service takes it."""

    client_statement: str
    received_on: date
    points: list[Point]


# Values on file that one form takes.
MAX_WRONG_VALUES: Final = 3
UNKNOWN_FACTS: Final = [
    choice for choice in ContestPoint.Kind.choices if choice[0] != ContestPoint.Kind.VALUE
]


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

    unknown = forms.MultipleChoiceField(
        label=_("Facts that no file has"),
        required=False,
        choices=UNKNOWN_FACTS,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: QueryDict | None = None, *, decision: Decision | None) -> None:
        super().__init__(data, initial={"received_on": timezone.localdate()}, label_suffix="")
        self.decision = decision
        columns = [("", _("Choose a value")), *((raw.name, column_label(raw)) for raw in form_columns())]
        for number in range(1, MAX_WRONG_VALUES + 1):
            self.fields[f"wrong_{number}"] = forms.ChoiceField(
                label=_("Value on file that is wrong"), required=False, choices=columns
            )
            self.fields[f"claim_{number}"] = forms.CharField(
                label=_("Right value, says the client"), required=False, max_length=200
            )

    @property
    def wrong_values(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """A value on file and what the client says of it, so many as a form takes."""
        return [(self[f"wrong_{n}"], self[f"claim_{n}"]) for n in range(1, MAX_WRONG_VALUES + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = [cleaned.get(f"wrong_{n}") for n in range(1, MAX_WRONG_VALUES + 1)]
        for number, name in enumerate(chosen, 1):
            if name and name in chosen[: number - 1]:
                self.add_error(f"wrong_{number}", _("You have chosen this value already."))
            if not name and cleaned.get(f"claim_{number}"):
                self.add_error(f"wrong_{number}", _("Choose which value is wrong."))
        return cleaned

    def contest(self) -> ContestFields:
        cleaned = self.cleaned_data
        values = [
            Point(ContestPoint.Kind.VALUE, cleaned[f"wrong_{n}"], cleaned[f"claim_{n}"].strip())
            for n in range(1, MAX_WRONG_VALUES + 1)
            if cleaned[f"wrong_{n}"]
        ]
        return {
            "client_statement": cleaned["client_statement"],
            "received_on": cleaned["received_on"],
            "points": [*values, *map(Point, cleaned["unknown"])],
        }

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
