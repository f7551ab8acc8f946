"""Amounts as people enter them into filters: see AMOUNT_SCALE in the settings."""

from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms

from scoring.presentation import formatting


class AmountField(forms.DecimalField):
    """An amount as people read it; its value is the amount as stored."""

    def clean(self, value: Any) -> Decimal | None:
        amount = super().clean(value)
        return None if amount is None else Decimal(str(formatting.stored_amount(float(amount))))


class AmountFilter(filters.NumberFilter):  # type: ignore[misc]  # django-filter has no types
    field_class = AmountField
