"""Simulation form: the editable fields, filled with the values on file; what differs is simulated."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.conf import settings
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
from scoring.ml.whatif.request import REVOLVING, EnteredValues, Request, derived_values, translate
from scoring.ml.whatif.rules import problems
from scoring.presentation import formatting

AMT_ANNUITY: Final = "AMT_ANNUITY"
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
        if editable.unit is Unit.MONEY:
            label = f"{label} ({settings.CURRENCY})"
        super().__init__(required=False, label=label, help_text=formatting.localize(editable.help))
        self.editable = editable
        self.initial = "" if on_file is None else shown_value(editable, on_file)
        self.on_file = None if on_file is None else self._parsed(self.initial)
        self.widget.attrs.update(
            inputmode="decimal",
            autocomplete="off",
            **{"aria-describedby": f"{editable.name}-help {editable.name}-derived {editable.name}-error"},
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

    A field that was not sent stays as it is; a column that is not declared as editable is refused. A value
    that the page derived from others (`derived_NAME` beside NAME) counts as entered once somebody changes it.
    """

    _request: Request | None = None

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
        if data is None and entered:
            self._request = translate(record, entered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in sorted(set(self.data) & _COLUMNS - set(self.fields)):
            self.add_error(None, _not_editable(name))
        if not self.errors:
            self._request = translate(self.record, self._entered(cleaned))
            for problem in problems(self._request):
                amounts = {name: formatting.money(amount) for name, amount in problem.amounts.items()}
                self.add_error(problem.field, formatting.localize(problem.message) % amounts)
        return cleaned

    def _entered(self, cleaned: Mapping[str, float | None]) -> dict[str, float | None]:
        """Return the sent values that differ from those on file, without those that were derived.

        Of instalment and duration the page sends the entered one alone: by itself it counts, even as on file.
        """
        sent = {name: cleaned.get(name) for name in self.fields if name in self.data}
        pair = [name for name in (AMT_ANNUITY, DURATION) if name in sent and not self._is_derived(name)]
        entered = {
            name: value
            for name, value in sent.items()
            if not self._is_derived(name) and (self._differs(name, value) or pair == [name])
        }
        if AMT_ANNUITY in entered and not self._differs(AMT_ANNUITY, entered[AMT_ANNUITY]):
            # As on file to the last digit, which the field may not show.
            entered[AMT_ANNUITY] = _number(self.record, AMT_ANNUITY)
        return entered

    def _is_derived(self, name: str) -> bool:
        return self.data.get(f"derived_{name}") == self.data.get(name)

    @property
    def request(self) -> Request:
        """The changed request of a valid form."""
        if self._request is None:
            raise ValueError("the values do not work")
        return self._request

    @property
    def derived(self) -> dict[str, str]:
        """What the entered values make of other fields, as shown in them."""
        if self._request is None:
            return {}
        values = derived_values(self._request)
        return {
            name: shown_value(BY_NAME[name], value) for name, value in values.items() if name in self.fields
        }

    @property
    def entered(self) -> frozenset[str]:
        return frozenset(self._request.entered if self._request else ())

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
    return {name: entered_value(name, value) for name, value in entered.items() if name in BY_NAME}


def entered_value(name: str, value: float | None) -> str:
    """Write the value of an editable field as a person would enter it: amounts scaled, as they are shown."""
    if value is None:
        return ""
    return _flag(value) if BY_NAME[name].unit is Unit.FLAG else shown_value(BY_NAME[name], value)


def _flag(value: float | None) -> str:
    return "" if value is None else str(int(value))


def _not_editable(name: str) -> str:
    labels = (column.label for table in TABLES.values() for column in table.columns if column.name == name)
    label = formatting.localize(next(labels))
    return gettext("%(column)s cannot be changed in a simulation.") % {"column": f"{name} ({label})"}
