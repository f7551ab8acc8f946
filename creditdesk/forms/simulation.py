"""A simulation: the declared editable fields, filled with what is on file; what differs is what is asked."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.fields import flag_field, typed_number
from scoring.ml.features.application.dates import DAYS_PER_MONTH
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
from scoring.ml.whatif.request import REVOLVING, Asked, problems, translated
from scoring.presentation import formatting

_COLUMNS: Final = frozenset(c.name for table in TABLES.values() for c in table.columns)


class EditableField(forms.Field):
    """A number within the bounds of its declaration; what is on file is never refused."""

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
        self.initial = "" if on_file is None else plain(on_file)
        self.on_file = None if on_file is None else typed_number(self.initial)
        self.widget.attrs.update(
            inputmode="decimal",
            autocomplete="off",
            **{"aria-describedby": f"{editable.name}-help {editable.name}-error"},
        )

    def to_python(self, value: Any) -> float | None:
        if value is None or not str(value).strip():
            return None
        try:
            return typed_number(str(value))
        except ValueError:
            raise self._refusal("invalid") from None

    def validate(self, value: float | None) -> None:
        if value is None and self.on_file is not None and self.editable.filled:
            raise self._refusal("required")
        if value is None or value == self.on_file:
            return
        if not self.editable.low <= value <= self.editable.high:
            raise self._refusal("bounds")

    def _refusal(self, code: str) -> ValidationError:
        one = self.editable
        shown = {bound: formatting.in_words(getattr(one, bound), one.unit) for bound in ("low", "high")}
        return ValidationError(self.error_messages[code], code=code, params={"label": self.label, **shown})


class SimulationForm(forms.Form):
    """`request` is the record with what was asked, once the form is valid; `asked` fills in an earlier one.
    A field that was not sent stays as it is; one that nobody declared as editable is refused."""

    def __init__(
        self, data: Mapping[str, Any] | None, record: Mapping[str, Any], asked: Asked | None = None
    ) -> None:
        super().__init__(data, initial=_typed(asked or {}), label_suffix="")
        self.record = record
        on_file = values_on_file(record)
        for one in EDITABLE:
            if one.name in on_file:
                self.fields[one.name] = EditableField(one, on_file[one.name])
        for one in DOCUMENTS:
            self.fields[one.name] = flag_field(label=formatting.localize(one.label), required=False)
            self.fields[one.name].initial = _flag(record.get(one.name))
        for name, field in self.fields.items():
            # What was not sent is read as it is shown.
            field.disabled = data is not None and name not in data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in sorted(set(self.data) & _COLUMNS - set(self.fields)):
            self.add_error(None, _not_editable(name))
        if not self.errors:
            self.request = translated(self.record, self._asked(cleaned))
            for problem in problems(self.request):
                amounts = {name: formatting.money(amount) for name, amount in problem.amounts.items()}
                self.add_error(problem.field, formatting.localize(problem.words) % amounts)
        return cleaned

    def _asked(self, cleaned: Mapping[str, Any]) -> dict[str, float | None]:
        sent = {name: cleaned.get(name) for name in self.fields if name in self.data}
        return {name: value for name, value in sent.items() if self._moves(name, value)}

    def _moves(self, name: str, value: Any) -> bool:
        field = self.fields[name]
        if isinstance(field, EditableField):
            return bool(value != field.on_file)
        return bool(value != "" and value != self.record.get(name))


class ScenarioForm(forms.Form):
    scenario_name = forms.CharField(label=_("Name of the scenario"), max_length=60)


def values_on_file(record: Mapping[str, Any]) -> dict[str, float | None]:
    """What each field shows before anybody changes it; those without meaning are left out."""
    credit, annuity, days = (record.get(name) for name in ("AMT_CREDIT", "AMT_ANNUITY", "DAYS_EMPLOYED"))
    shown: dict[str, float | None] = {
        one.name: record.get(one.name) for one in EDITABLE if one.name in _COLUMNS
    }
    shown[MONTHS_EMPLOYED] = None if days is None or days == NO_DATE else float(round(-days / DAYS_PER_MONTH))
    if credit:
        shown[DOWN_PAYMENT] = 0.0
    if credit and annuity and record.get("NAME_CONTRACT_TYPE") != REVOLVING:
        shown[DURATION] = likely_months(credit, annuity)
    return shown


def plain(value: float) -> str:
    """As the reader would type it."""
    return formatting.number(value, 0 if value == int(value) else 2)


def _typed(asked: Asked) -> dict[str, str]:
    return {
        name: "" if value is None else _flag(value) if BY_NAME[name].unit is Unit.FLAG else plain(value)
        for name, value in asked.items()
        if name in BY_NAME
    }


def _flag(value: Any) -> str:
    return "" if value is None else str(int(value))


def _not_editable(name: str) -> str:
    label = next((c.label for table in TABLES.values() for c in table.columns if c.name == name), None)
    words = f"{name} ({formatting.localize(label)})" if label else name
    return gettext("%(column)s cannot be changed in a simulation.") % {"column": words}
