"""Form fields for raw columns: numbers in the notation of the language, choices, flags and dates."""

import re
from datetime import date
from typing import Any, NamedTuple
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.ml.features.spec.categories import vocabulary
from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
ISO_DATE = "%Y-%m-%d"


def parse_localized_number(text: str) -> float:
    """Parse "202 500,50" in French, "202,500.50" in English; ValueError where it could mean two things."""
    compact = "".join(text.split())
    if formatting.reads_french():
        compact = compact.replace(",", ".", 1)
    elif _GROUPED.fullmatch(compact):
        compact = compact.replace(",", "")
    return parse_number(compact)


def parse_number(text: str) -> float:
    """Parse a number as files write it; ValueError for anything else, "nan" and "inf" included."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(text)
    return float(text)


class EntryKeyField(forms.UUIDField):
    """The hidden key of a form: what is sent twice with it is entered once; None for what is no key."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid4)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            return None


class NumberField(forms.Field):
    """A number within the bounds of its column."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Enter a number, in digits."),
        "whole": _("Enter a whole number."),
        "low": _("Must be at least %(bound)s."),
        "positive": _("Must be more than zero."),
        "high": _("Must be at most %(bound)s."),
    }

    def __init__(self, column: Column, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.column = column
        self.widget.attrs.update(inputmode="decimal", autocomplete="off")

    def to_python(self, value: Any) -> float | None:
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            number = parse_localized_number(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return formatting.stored_amount(number) if self.column.kind is Kind.AMOUNT else number

    def validate(self, value: float | None) -> None:
        super().validate(value)
        if value is None:
            return
        low, high = self.column.minimum, self.column.maximum
        if low is not None and value < low:
            # A bound that is nothing on the scale of the reader would read as if zero were allowed.
            is_nothing = self.column.kind is Kind.AMOUNT and not round(formatting.shown_amount(low), 2)
            self._refuse("positive" if low > 0 and is_nothing else "low", low)
        if high is not None and not value <= high:
            self._refuse("high", high)
        if self.column.kind is Kind.COUNT and value != int(value):
            raise ValidationError(self.error_messages["whole"], code="whole")

    def _refuse(self, code: str, bound: float) -> None:
        params = {"bound": bound_in_words(self.column, bound)}
        raise ValidationError(self.error_messages[code], code=code, params=params)


class Slider(NamedTuple):
    """The reach of a slider; the number field beside it takes any value."""

    low: float
    high: float
    step: float


class BoundedNumber(forms.CharField):
    """A number in the notation of the language; a field that was not sent stands as it is shown."""

    def __init__(self, *, low: float, high: float, slider: Slider | None = None, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.low, self.high, self.slider = low, high, slider
        self.widget.attrs.update(inputmode="decimal", autocomplete="off")

    def clean(self, value: Any) -> float:
        try:
            number = parse_localized_number(str(value or ""))
        except ValueError:
            raise ValidationError(_("Enter a number, in digits."), code="invalid") from None
        if not self.low <= number <= self.high:
            params = {"low": as_typed(self.low), "high": as_typed(self.high)}
            raise ValidationError(_("Must be between %(low)s and %(high)s."), code="bounds", params=params)
        return number


class DayField(forms.DateField):
    """A date that a raw column holds as days before the application."""

    def __init__(self, column: Column, **kwargs: Any) -> None:
        widget = forms.DateInput(format=ISO_DATE, attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=[ISO_DATE, "%d/%m/%Y"], **kwargs)
        self.column = column

    def days_before(self, day: date, applied_on: date) -> float:
        """Return negative days; ValidationError outside the bounds of the column."""
        days = float((day - applied_on).days)
        low, high = self.column.minimum, self.column.maximum
        if (low is None or low <= days) and (high is None or days <= high):
            return days
        raise ValidationError(self._out_of_bounds(), code="bounds")

    def _out_of_bounds(self) -> str:
        if self.column.name != "DAYS_BIRTH":
            return gettext("This day is after the application, or too long before it.")
        bounds = (self.column.maximum or 0, self.column.minimum or 0)
        youngest, oldest = (formatting.column_in_words(self.column, bound) for bound in bounds)
        return gettext("The client must be between %(youngest)s and %(oldest)s old.") % {
            "youngest": youngest,
            "oldest": oldest,
        }


def category_field(column: Column, **kwargs: Any) -> forms.ChoiceField:
    choices = ((value, formatting.localize(text)) for value, text in vocabulary(column).items())
    empty_label = gettext("Choose") if kwargs.get("required") else gettext("Not known")
    return forms.ChoiceField(choices=[("", empty_label), *choices], **kwargs)


def flag_field(**kwargs: Any) -> forms.TypedChoiceField:
    choices = [("", gettext("Not known")), ("1", gettext("Yes")), ("0", gettext("No"))]
    return forms.TypedChoiceField(choices=choices, coerce=float, empty_value="", **kwargs)


def field_for(column: Column, **kwargs: Any) -> forms.Field:
    """Return the field of a raw column; an empty one stands for a missing value, never for a guess."""
    if column.kind is Kind.DAYS:
        return DayField(column, **kwargs)
    if column.kind is Kind.CATEGORY:
        return category_field(column, **kwargs)
    if column.kind is Kind.FLAG:
        return flag_field(**kwargs)
    return NumberField(column, **kwargs)


def bound_in_words(column: Column, bound: float) -> str:
    """Write a bound of a raw column in the form in which its value is typed."""
    is_plain = column.kind is Kind.NUMBER
    return formatting.short_number(bound) if is_plain else formatting.column_in_words(column, bound)


def as_typed(value: float) -> str:
    """Write a number as the reader would type it, with the decimals that it has."""
    decimals = next((places for places in range(9) if abs(round(value, places) - value) < 1e-9), 9)
    return formatting.number(value, decimals)
