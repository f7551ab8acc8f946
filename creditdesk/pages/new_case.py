"""Page of a new case: how far the main answers are, and what a person confirms before it is opened."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext

from creditdesk.cases.duplicates import Duplicate, duplicates
from creditdesk.forms.application import ApplicationForm, Fieldset
from creditdesk.forms.plausibility import doubts
from creditdesk.models import Case
from creditdesk.models.case import CaseQuerySet
from scoring.presentation import formatting

# Answers the question of the field beside it.
ALTERNATIVES: Final = {"DAYS_EMPLOYED": "no_employment"}
# Most clients have none: no answer that is waited for.
UNCOUNTED: Final = frozenset({*ALTERNATIVES.values(), "client_key"})


@dataclass(frozen=True, slots=True)
class GroupProgress:
    title: str
    answered: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total


@dataclass(frozen=True, slots=True)
class Progress:
    """The main groups in the order of the form, and the labels of the required fields without an answer."""

    groups: tuple[GroupProgress, ...]
    required: tuple[str, ...]

    @property
    def answered(self) -> int:
        return sum(group.answered for group in self.groups)

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Something unusual, and whether the person has confirmed it; `case`: perhaps the same client's."""

    code: str
    message: str
    is_confirmed: bool
    case: Case | None = None


def progress(form: ApplicationForm) -> Progress:
    """Count the answers as typed, valid or not; what is in "if you know more" does not count."""
    fieldsets = form.main()
    required = (
        str(field.label)
        for fieldset in fieldsets
        for field in fieldset.fields
        if field.field.required and not _is_answered(form, field)
    )
    return Progress(tuple(_group(form, fieldset) for fieldset in fieldsets), tuple(required))


def confirmations(form: ApplicationForm, cases: CaseQuerySet) -> list[Confirmation]:
    """Return what is unusual about a valid form; `cases`: where its client may have one already.

    Who says whose client it is, or gives the bank's number, has looked at the duplicates.
    """
    confirmed = set(form.cleaned_data["confirmed"])
    is_known = bool(form.cleaned_data["same_client"] or form.cleaned_data["client_key"])
    return [
        *(Confirmation(code, text, code in confirmed) for code, text in doubts(form.cleaned_data)),
        *(
            Confirmation(
                code := f"duplicate:{duplicate.case.reference}",
                _duplicate_message(duplicate),
                is_known or code in confirmed,
                duplicate.case,
            )
            for duplicate in _duplicates(form, cases)
        ),
    ]


def chosen_case(form: ApplicationForm, shown: Iterable[Confirmation]) -> Case | None:
    """Return the case whose client was chosen, among those that are shown."""
    reference = form.cleaned_data["same_client"]
    return next((item.case for item in shown if item.case and item.case.reference == reference), None)


def _group(form: ApplicationForm, fieldset: Fieldset) -> GroupProgress:
    fields = [field for field in fieldset.fields if field.name not in UNCOUNTED]
    return GroupProgress(fieldset.title, sum(_is_answered(form, field) for field in fields), len(fields))


def _is_answered(form: ApplicationForm, field: forms.BoundField) -> bool:
    alternative = ALTERNATIVES.get(field.name)
    return _has_value(field) or (alternative is not None and _has_value(form[alternative]))


def _has_value(field: forms.BoundField) -> bool:
    value = field.value()
    return bool(str(value).strip()) if value not in (None, False) else False


def _duplicates(form: ApplicationForm, cases: CaseQuerySet) -> Iterator[Duplicate]:
    answers = form.cleaned_data
    yield from duplicates(cases, answers["client_name"], _born_on(answers["applied_on"], answers))


def _born_on(applied_on: date, answers: dict[str, object]) -> date | None:
    days = answers.get("DAYS_BIRTH")
    return applied_on + timedelta(days=days) if isinstance(days, int | float) else None


def _duplicate_message(duplicate: Duplicate) -> str:
    details = {
        "reference": duplicate.case.reference,
        "date": date_format(duplicate.case.submitted_at, "SHORT_DATE_FORMAT"),
        "amount": formatting.money(float(duplicate.case.amount_credit)),
    }
    if duplicate.is_same_birth:
        return gettext("Same name and birth date as case %(reference)s of %(date)s, %(amount)s.") % details
    return gettext("Same name as case %(reference)s of %(date)s, %(amount)s.") % details
