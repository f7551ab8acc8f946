"""Application form of a new case: the raw application columns, in the same units as the files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.fields import DayField, bound_in_words, field_for
from creditdesk.models.client import KEY_PATTERN, MAX_KEY_LENGTH
from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.tables import application as table
from scoring.ml.tables.columns import NO_DATE
from scoring.ml.tables.dwelling import DWELLING
from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting

# Columns without a field: they would give away the protected ones (sex, family status).
EXCLUDED: Final = frozenset({"CNT_FAM_MEMBERS", "NAME_TYPE_SUITE"})

MAX_ANSWER_LENGTH: Final = 200

MAIN: Final[Mapping[str | Promise, tuple[str, ...]]] = {
    _("Request"): ("NAME_CONTRACT_TYPE", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE"),
    _("Client"): (
        "DAYS_BIRTH",
        "CNT_CHILDREN",
        "NAME_EDUCATION_TYPE",
        "NAME_HOUSING_TYPE",
        "FLAG_OWN_REALTY",
    ),
    _("Employment and income"): (
        "AMT_INCOME_TOTAL",
        "NAME_INCOME_TYPE",
        "DAYS_EMPLOYED",
        "OCCUPATION_TYPE",
        "ORGANIZATION_TYPE",
    ),
    _("External ratings"): ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3"),
}
_MAIN_COLUMNS: Final = frozenset(name for names in MAIN.values() for name in names)
MORE: Final[Mapping[str | Promise, tuple[Column, ...]]] = {
    _("More about the client and the application"): (*table.PERSON, *table.REQUEST),
    _("Phone and e-mail"): table.CONTACT,
    _("Region and addresses"): table.REGION,
    _("Credit bureau enquiries"): table.ENQUIRIES,
    _("People around the client"): table.SOCIAL_CIRCLE,
    _("Documents provided"): table.DOCUMENTS,
    _("The building"): DWELLING,
}

DAY_LABELS: Final[Mapping[str, str | Promise]] = {
    "DAYS_BIRTH": _("Date of birth"),
    "DAYS_EMPLOYED": _("In the current job since"),
    "DAYS_REGISTRATION": _("Registration last changed on"),
    "DAYS_ID_PUBLISH": _("Identity document last changed on"),
    "DAYS_LAST_PHONE_CHANGE": _("Phone last changed on"),
}


# Help for the fields that need one; the unit stands in the label.
HELP_TEXTS: Final[Mapping[str, str | Promise]] = {
    "AMT_CREDIT": _("What is to be lent, insurance included."),
    "AMT_ANNUITY": _("What is paid back each month."),
    "AMT_GOODS_PRICE": _("For a loan that buys something: the part that is financed."),
    "AMT_INCOME_TOTAL": _("Of one month, before tax."),
    "CNT_CHILDREN": _("Whom the client supports."),
    "EXT_SOURCE_1": _("As the rating office gives it; leave it empty if there is none."),
    "DAYS_EMPLOYED": _("The first day with the present employer."),
}


@dataclass(frozen=True, slots=True)
class Fieldset:
    title: str
    fields: tuple[forms.BoundField, ...]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


class ApplicationForm(forms.Form):
    """A new case; `application()` is the record that an import would have read for the same client."""

    # Its labels say which fields are required: most may stay empty.
    marks_required = True

    client_name = forms.CharField(label=_("Client’s name"), max_length=200)
    client_key = forms.RegexField(
        KEY_PATTERN,
        label=_("Client number of the bank"),
        max_length=MAX_KEY_LENGTH,
        required=False,
        help_text=_("If there is one: the case is then filed with the client's other cases."),
        error_messages={"invalid": _("Letters, digits and . _ / - only, without a space.")},
    )
    applied_on = forms.DateField(
        label=_("Date of the application"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Ages and durations are counted back from this day."),
    )
    no_employment = forms.BooleanField(label=_("No employment"), required=False)
    # The reference of the case whose client it is, "" for a new client; without a place in the fieldsets.
    same_client = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    # Codes of the unusual things that the person has confirmed; without a place in the fieldsets.
    confirmed = forms.Field(widget=forms.MultipleHiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        draft: Mapping[str, str] | None = None,
        reference_ranges: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """`draft` holds answers typed before, `reference_ranges` the range of most clients by column."""
        super().__init__(data, initial={"applied_on": timezone.localdate(), **(draft or {})}, label_suffix="")
        for column in form_columns():
            self.fields[column.name] = field_for(
                column,
                label=column_label(column),
                required=column.filled,
                help_text=_help_text(column, (reference_ranges or {}).get(column.name)),
            )

    def fields_with_errors(self) -> list[tuple[str, str]]:
        """Return name and label of each, for the list of links at the head of the page."""
        return [(field.name, str(field.label)) for field in self if field.errors]

    def main(self) -> list[Fieldset]:
        first = Fieldset(
            str(_("Who and when")), (self["client_name"], self["client_key"], self["applied_on"])
        )
        return [first, *(self._fieldset(title, names) for title, names in MAIN.items())]

    def more(self) -> list[Fieldset]:
        return [
            self._fieldset(title, tuple(c.name for c in columns if self._is_additional(c)))
            for title, columns in MORE.items()
        ]

    def _is_additional(self, column: Column) -> bool:
        return column.name in self.fields and column.name not in _MAIN_COLUMNS

    def _fieldset(self, title: str | Promise, names: tuple[str, ...]) -> Fieldset:
        fields = [self[name] for name in names]
        if "DAYS_EMPLOYED" in names:
            fields.insert(names.index("DAYS_EMPLOYED") + 1, self["no_employment"])
        return Fieldset(str(title), tuple(fields))

    def clean_applied_on(self) -> date:
        day: date = self.cleaned_data["applied_on"]
        if day > timezone.localdate():
            raise ValidationError(_("The application cannot be in the future."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if applied_on := cleaned.get("applied_on"):
            self._count_days(cleaned, applied_on)
        annuity, credit = cleaned.get("AMT_ANNUITY"), cleaned.get("AMT_CREDIT")
        if annuity is not None and credit is not None and annuity > credit:
            self.add_error("AMT_ANNUITY", _("The instalment of a month cannot be above the whole credit."))
        if cleaned.get("no_employment"):
            if cleaned.get("DAYS_EMPLOYED") is not None:
                self.add_error("no_employment", _("Give a first day in the job, or tick this, not both."))
            cleaned["DAYS_EMPLOYED"] = NO_DATE
        return cleaned

    def clean_confirmed(self) -> list[str]:
        confirmed: list[str] | str | None = self.cleaned_data["confirmed"]
        return [confirmed] if isinstance(confirmed, str) else confirmed or []

    def _count_days(self, cleaned: dict[str, Any], applied_on: date) -> None:
        for name, field in self.fields.items():
            if isinstance(field, DayField) and cleaned.get(name):
                try:
                    cleaned[name] = field.days_before(cleaned[name], applied_on)
                except ValidationError as error:
                    self.add_error(name, error)

    def application(self) -> dict[str, float | str]:
        """Return the raw columns, without those left empty."""
        values: dict[str, Any] = {
            column.name: self.cleaned_data.get(column.name) for column in form_columns()
        }
        return {name: value for name, value in values.items() if value not in (None, "")}


def draft_answers(data: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the fields of the form, unchecked, for a draft."""
    names = (
        "client_name",
        "client_key",
        "applied_on",
        "no_employment",
        *(column.name for column in form_columns()),
    )
    answers = ((name, str(data.get(name) or "").strip()[:MAX_ANSWER_LENGTH]) for name in names)
    return {name: answer for name, answer in answers if answer}


def form_columns() -> Iterator[Column]:
    """Yield the raw columns that have a field."""
    for column in table.APPLICATION.columns:
        if not (column.protected or column.kind is Kind.ID or column.name in EXCLUDED):
            yield column


def column_label(column: Column) -> str:
    label = str(DAY_LABELS.get(column.name) or formatting.capitalized(column.label))
    return f"{label} ({settings.CURRENCY})" if column.kind is Kind.AMOUNT else label


def _help_text(column: Column, reference_range: tuple[float, float] | None) -> str:
    parts = [HELP_TEXTS.get(column.name, "")]
    if column.name in CRITICAL and not column.filled:
        parts.append(_("Without it, the verdict is “refer”."))
    if column in table.RATINGS:
        parts.append(_("Between 0 and 1: 0.58 stands for 58 out of 100."))
    elif column.kind is Kind.NUMBER and (column.minimum, column.maximum) == (0, 1):
        parts.append(_("Between 0 and 1."))
    if reference_range:
        low, high = (bound_in_words(column, bound) for bound in reference_range)
        parts.append(_("Most clients: %(low)s to %(high)s.") % {"low": low, "high": high})
    return " ".join(str(part) for part in parts if part)
