"""Forms of a decision: the decision itself, its check by a second person, a note.

The invariants are database constraints; the forms give their messages.
"""

from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.cases.team import present
from creditdesk.forms.fields import EntryKeyField
from creditdesk.forms.people import TeamOrPersonField
from creditdesk.models import Assessment, Case, Decision, Team
from creditdesk.services import DecisionRefused
from scoring.presentation import formatting

MIN_REASON_LENGTH = 20


class DecisionFields(TypedDict):
    """A decision as the service takes it."""

    outcome: str
    reason_code: str
    reason: str
    refer_to: User | Team | None
    note: str


class CheckFields(TypedDict):
    """A check as the service takes it."""

    approve: bool
    reason: str


class DecisionForm(forms.Form):
    """Names the assessment that was on the page, so that nobody decides on a verdict they have not seen."""

    OUTCOMES = [
        (Decision.Outcome.ACCEPT, pgettext_lazy("decision", "Accept")),
        (Decision.Outcome.REFUSE, pgettext_lazy("decision", "Refuse")),
        (Decision.Outcome.REFER, _("Refer to a colleague")),
    ]

    assessment = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("Your decision"), choices=OUTCOMES, widget=forms.RadioSelect)
    reason_code = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", _("Choose a reason")), *Decision.ReasonCode.choices],
    )
    reason = forms.CharField(
        label=_("Grounds"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "data-min-length": MIN_REASON_LENGTH}),
        help_text=_("What you know that the model does not. At least 20 characters."),
    )

    refer_to = TeamOrPersonField(
        label=_("Refer to"), required=False, empty_label=_("Everybody: every advisor may take it")
    )
    note = forms.CharField(
        label=_("Note for the colleague"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, case: Case, assessment: Assessment, reader: User
    ) -> None:
        super().__init__(data, initial={"assessment": assessment.pk}, label_suffix="")
        self.fields["refer_to"].queryset = present().exclude(pk=reader.pk)  # type: ignore[attr-defined]
        self.case = case
        self.current_assessment = assessment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        differs = cleaned.get("outcome", self.current_assessment.verdict) != self.current_assessment.verdict
        if differs and cleaned.get("assessment") == self.current_assessment.pk:
            self._require_reason(cleaned)
        return cleaned

    def decision(self) -> DecisionFields:
        cleaned = self.cleaned_data
        return {
            "outcome": cleaned["outcome"],
            "reason_code": cleaned["reason_code"],
            "reason": cleaned["reason"],
            "refer_to": cleaned["refer_to"],
            "note": cleaned["note"],
        }

    def require_current_verdict(self) -> None:
        """Raise DecisionRefused when the case was assessed again after the form was shown."""
        shown = self.cleaned_data["assessment"]
        if shown != self.current_assessment.pk:
            raise DecisionRefused(
                verdict_changed(self.case.assessments.filter(pk=shown).first(), self.current_assessment)
            )

    def _require_reason(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("reason_code"):
            self.add_error("reason_code", _("Your decision differs from the verdict: choose a reason."))
        if len(cleaned.get("reason", "").strip()) < MIN_REASON_LENGTH:
            self.add_error(
                "reason",
                ValidationError(
                    _("Your decision differs from the verdict: say why in at least %(least)s characters."),
                    params={"least": MIN_REASON_LENGTH},
                ),
            )


def verdict_changed(shown: Assessment | None, current: Assessment) -> str:
    """Return the message for a decision on `shown`, None where that assessment is unknown."""
    now = verdict_in_words(current)
    if shown is None:
        return gettext("The verdict is now %(now)s. Read it, then decide.") % {"now": now}
    return gettext(
        "The case was assessed again since you opened it: the verdict was %(before)s, it is now %(now)s. "
        "Read it, then decide."
    ) % {"before": verdict_in_words(shown), "now": now}


def verdict_in_words(assessment: Assessment) -> str:
    """Return the verdict with its probability, where there is one."""
    verdict = assessment.get_verdict_display()
    if assessment.probability is None:
        return verdict
    return f"{verdict} ({formatting.percent(assessment.probability, 2)})"


class CheckForm(forms.Form):
    """The second person's answer to a proposed decision."""

    APPROVE, REJECT = "approve", "reject"

    decision = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Your check"),
        choices=[(APPROVE, _("Approve the decision")), (REJECT, _("Reject it"))],
        widget=forms.RadioSelect,
    )
    check_reason = forms.CharField(
        label=_("Grounds"),
        min_length=MIN_REASON_LENGTH,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("At least 20 characters."),
    )

    def check(self) -> CheckFields:
        return {
            "approve": self.cleaned_data["answer"] == self.APPROVE,
            "reason": self.cleaned_data["check_reason"],
        }


class NoteForm(forms.Form):
    """Has a key of its own: sent twice it adds one note."""

    entry = EntryKeyField()
    text = forms.CharField(
        label=_("Add a note"),
        max_length=4000,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "data-mentions": True,
                "placeholder": _("@name notifies a colleague who sees this case."),
            }
        ),
    )
