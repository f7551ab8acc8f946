"""Forms by which cases change hands: assignment of one case or many, snooze, absence."""

from datetime import date, timedelta
from typing import Any, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.cases.team import deciders, present
from creditdesk.forms.casework import statement_field
from creditdesk.forms.fields import ISO_DATE
from creditdesk.forms.people import PersonField
from creditdesk.services.snooze import MAX_DAYS


class AbsenceFields(TypedDict):
    """An absence as the service takes it."""

    person: User
    from_on: date
    until_on: date
    deputy: User | None


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format=ISO_DATE, attrs={"type": "date"}),
        input_formats=[ISO_DATE, "%d/%m/%Y"],
        **kwargs,
    )


class AssignmentForm(forms.Form):
    to = PersonField(label=_("Assign to"), empty_label=_("Choose an advisor"))
    note = statement_field(_("Note for the advisor"), min_length=1, rows=2)

    def __init__(self, data: QueryDict | None = None, *, advisor: User | None = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="id_assign_%s", label_suffix="", **kwargs)
        self.fields["note"].required = False
        people = present()
        self.fields["to"].queryset = people.exclude(pk=advisor.pk) if advisor else people  # type: ignore[attr-defined]


class BulkAssignmentForm(AssignmentForm):
    """Cases as check boxes name them, `key:advisor` as the list showed it, or all of the list's filter."""

    case = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    all = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        # The list's own form surrounds the table; these controls belong to another one.
        self.fields["to"].widget.attrs["form"] = "assign"

    def clean_case(self) -> dict[int, int]:
        try:
            pairs = (text.split(":") for text in self.cleaned_data["case"] or [])
            return {int(case): int(advisor) for case, advisor in pairs}
        except ValueError:
            raise ValidationError(_("These are no cases."), code="invalid") from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("case") and not cleaned.get("all") and "case" not in self.errors:
            raise ValidationError(_("Tick the cases to assign."), code="none")
        return cleaned


class SnoozeForm(forms.Form):
    until_on = day_field(_("Back on"))
    reason = statement_field(_("What it waits for"), min_length=1, rows=2)

    def __init__(self, data: QueryDict | None = None) -> None:
        today = timezone.localdate()
        super().__init__(
            data, auto_id="id_snooze_%s", label_suffix="", initial={"until_on": today + timedelta(days=7)}
        )
        bounds = {"min": today + timedelta(days=1), "max": today + timedelta(days=MAX_DAYS)}
        self.fields["until_on"].widget.attrs.update({name: day.isoformat() for name, day in bounds.items()})

    def clean_until_on(self) -> date:
        day: date = self.cleaned_data["until_on"]
        today = timezone.localdate()
        if not today < day <= today + timedelta(days=MAX_DAYS):
            raise ValidationError(
                _("Choose a later day, %(most)s days from now at most."),
                params={"most": MAX_DAYS},
                code="day",
            )
        return day


class AbsenceForm(forms.Form):
    """Of oneself, or of anybody for whoever may record that."""

    person = PersonField(label=_("Who"), empty_label=None)
    from_on = day_field(_("First day"))
    until_on = day_field(_("Last day"))
    deputy = PersonField(
        label=_("Deputy"),
        required=False,
        empty_label=_("Nobody in particular: spread over the advisors who are there"),
    )

    def __init__(self, data: QueryDict | None = None, *, by: User) -> None:
        today = timezone.localdate()
        super().__init__(
            data, label_suffix="", initial={"person": by.pk, "from_on": today, "until_on": today}
        )
        self.by = by
        self.fields["deputy"].queryset = deciders()  # type: ignore[attr-defined]
        if by.has_perm("creditdesk.record_any_absence"):
            self.fields["person"].queryset = deciders()  # type: ignore[attr-defined]
        else:
            del self.fields["person"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("deputy") and cleaned["deputy"] == cleaned.get("person", self.by):
            self.add_error("deputy", _("A deputy is somebody else."))
        if "from_on" in cleaned and cleaned["from_on"] < timezone.localdate():
            self.add_error("from_on", _("An absence begins today or later."))
        if {"from_on", "until_on"} <= cleaned.keys() and cleaned["until_on"] < cleaned["from_on"]:
            self.add_error("until_on", _("The last day is before the first."))
        return cleaned

    def absence(self) -> AbsenceFields:
        cleaned = self.cleaned_data
        return {
            "person": cleaned.get("person", self.by),
            "from_on": cleaned["from_on"],
            "until_on": cleaned["until_on"],
            "deputy": cleaned["deputy"],
        }
