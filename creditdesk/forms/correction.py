"""Correct the application of a pending case: the form of a new case with the answers on file, and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.answers import is_as_shown, shown_answers
from creditdesk.forms.application import MAIN, ApplicationForm, Fieldset, form_columns
from creditdesk.forms.casework import statement_field
from creditdesk.models import Case


class CorrectionForm(ApplicationForm):
    """Only what differs from the answers on file is a change: the rest keeps its value to the last digit."""

    profile_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = statement_field(_("What was wrong or missing, and how you know"))

    def __init__(self, data: Mapping[str, str] | None = None, *, case: Case) -> None:
        self.case, self.day = case, timezone.localtime(case.submitted_at).date()
        self.answers = shown_answers(form_columns(), case.profile.application, self.day)
        super().__init__(data, draft={**self.answers, "profile_digest": case.profile.digest})
        for name in ("client_name", "client_key", "applied_on", "same_client"):
            del self.fields[name]

    def main(self) -> list[Fieldset]:
        return [self._fieldset(title, names) for title, names in MAIN.items()]

    def clean(self) -> dict[str, Any]:
        # Dates are counted back from the day of the application, which stays.
        self.cleaned_data["applied_on"] = self.day
        return super().clean()

    def changes(self) -> Mapping[str, float | str | None]:
        """Return the raw columns whose answer differs from the one on file; None for an emptied one."""
        names = {name for name in self.fields if self._is_changed(name)}
        if "no_employment" in names:
            names.add("DAYS_EMPLOYED")
        changed = (
            (column.name, self.cleaned_data.get(column.name))
            for column in form_columns()
            if column.name in names
        )
        return {name: None if value in (None, "") else value for name, value in changed}

    def _is_changed(self, name: str) -> bool:
        return not is_as_shown(self.data.get(name), self.answers.get(name, ""))
