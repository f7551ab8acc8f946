"""Simulation form: the editable fields, filled with the values on file; what differs is simulated."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.fields import flag_field, parse_localized_number
from scoring.ml.features.application.dates import DAYS_PER_MONTH
from scoring.ml.features.frames import Record
from scoring.ml.features.spec.feature import Unit
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.columns import NO_DATE
from scoring.ml.whatif.editable import (
    BY_NAME,
    DOCUMENTS,
    DOWN_PAYMENT,
    DURATION,
    EDITABLE,
    MONTHS_EMPLOYED,
    Editable,
)
from scoring.ml.whatif.instalments import likely_months
from scoring.ml.whatif.request import REVOLVING, EnteredValues, problems, translate
from scoring.presentation import formatting

_COLUMNS: Final = frozenset(column.name for table in TABLES.values() for column in table.columns)


class EditableField(forms.Field):
    """A number within the bounds of its declaration; the value on file is never refused."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("%(label)s: enter a number, in digits."),
        "bounds": _("%(label)s: must be between %(low)s and %(high)s."),
        "required": _("%(label)s: cannot be left empty."),
    }

    def __init__(self, editable: Editable, on_file: float | None) -> None:
        label = formatting.localize(editable.label)
        super().__init__(required=False, label=label, help_text=formatting.localize(editable.help))
        self.editable = editable
        self.initial = "" if on_file is None else shown_value(editable, on_file)
        self.on_file = None if on_file is None else self._parsed(self.initial)
        self.widget.attrs.update(
            inputmode="decimal",
            autocomplete="off",
            **{"aria-describedby": f"{editable.name}-help {editable.name}-error"},
        )

    def to_python(self, value: Any) -> float | None:
        if value is None or not str(value).strip():
            return None
        try:
            return self._parsed(str(value))
        except ValueError:
            raise self._error("invalid") from None

    def _parsed(self, text: str) -> float:
        number = parse_localized_number(text)
        return formatting.stored_amount(number) if self.editable.unit is Unit.MONEY else number

    def validate(self, value: float | None) -> None:
        if value is None and self.on_file is not None and self.editable.filled:
            raise self._error("required")
        if value is None or value == self.on_file:
            return
        if not self.editable.low <= value <= self.editable.high:
            raise self._error("bounds")

    def _error(self, code: str) -> ValidationError:
        low, high = (
            formatting.in_words(bound, self.editable.unit)
            for bound in (self.editable.low, self.editable.high)
        )
        params = {"label": self.label, "low": low, "high": high}
        return ValidationError(self.error_messages[code], code=code, params=params)


class SimulationForm(forms.Form):
    """The editable fields of a record; `request` holds the changed request once the form is valid.

    A field that was not sent stays as it is; a column that is not declared as editable is refused.
    """

    def __init__(
        self, data: Mapping[str, str] | None, record: Record, entered: EnteredValues | None = None
    ) -> None:
        """`entered` fills in the values of an earlier simulation."""
        super().__init__(data, initial=_initial(entered or {}), label_suffix="")
        self.record = record
        on_file = values_on_file(record)
        for editable in EDITABLE:
            if editable.name in on_file:
                self.fields[editable.name] = EditableField(editable, on_file[editable.name])
        for document in DOCUMENTS:
            flag = flag_field(label=formatting.localize(document.label), required=False)
            flag.initial = _flag(_number(record, document.name))
            self.fields[document.name] = flag
        for name, field in self.fields.items():
            # A field that was not sent is read as it is shown.
            field.disabled = data is not None and name not in data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in sorted(set(self.data) & _COLUMNS - set(self.fields)):
            self.add_error(None, _not_editable(name))
        if not self.errors:
            self.request = translate(self.record, self._entered(cleaned))
            for problem in problems(self.request):
                amounts = {name: formatting.money(amount) for name, amount in problem.amounts.items()}
                self.add_error(problem.field, formatting.localize(problem.message) % amounts)
        return cleaned

    def _entered(self, cleaned: Mapping[str, float | None]) -> dict[str, float | None]:
        """Return the sent values that differ from those on file."""
        sent = {name: cleaned.get(name) for name in self.fields if name in self.data}
        return {name: value for name, value in sent.items() if self._differs(name, value)}

    def _differs(self, name: str, value: float | str | None) -> bool:
        field = self.fields[name]
        if isinstance(field, EditableField):
            return bool(value != field.on_file)
        return bool(value != "" and value != self.record.get(name))


class ScenarioForm(forms.Form):
    scenario_name = forms.CharField(label=_("Name of the scenario"), max_length=60)


def credit_on_file(record: Record) -> float:
    """Return the credit of a record, 0 where it is missing."""
    return _number(record, "AMT_CREDIT") or 0.0


def values_on_file(record: Record) -> dict[str, float | None]:
    """Return what each editable field shows at first, without those that the contract does not have."""
    credit, annuity = credit_on_file(record), _number(record, "AMT_ANNUITY")
    days = _number(record, "DAYS_EMPLOYED")
    values = {
        editable.name: _number(record, editable.name) for editable in EDITABLE if editable.name in _COLUMNS
    }
    values[MONTHS_EMPLOYED] = (
        None if days is None or days == NO_DATE else float(round(-days / DAYS_PER_MONTH))
    )
    if credit:
        values[DOWN_PAYMENT] = 0.0
    if credit and annuity and record.get("NAME_CONTRACT_TYPE") != REVOLVING:
        values[DURATION] = likely_months(credit, annuity)
    return values


def shown_value(editable: Editable, value: float) -> str:
    """Write a value as the reader would type it into its field."""
    return localized_number(formatting.shown_amount(value) if editable.unit is Unit.MONEY else value)


def localized_number(value: float) -> str:
    """Write a number as the reader would type it."""
    return formatting.number(value, 0 if value == int(value) else 2)


def _number(record: Record, name: str) -> float | None:
    value = record.get(name)
    return value if isinstance(value, int | float) else None


def _initial(entered: EnteredValues) -> dict[str, str]:
    return {name: _initial_value(name, value) for name, value in entered.items() if name in BY_NAME}


def _initial_value(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return _flag(value) if BY_NAME[name].unit is Unit.FLAG else shown_value(BY_NAME[name], value)


def _flag(value: float | None) -> str:
    return "" if value is None else str(int(value))


def _not_editable(name: str) -> str:
    labels = (column.label for table in TABLES.values() for column in table.columns if column.name == name)
    label = formatting.localize(next(labels))
    return gettext("%(column)s cannot be changed in a simulation.") % {"column": f"{name} ({label})"}
