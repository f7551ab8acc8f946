"""Form of the charges that a client declares."""

from collections.abc import Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.fields import BoundedNumber, as_typed
from creditdesk.models import DeclaredCharges
from creditdesk.services import ChargesDeclaration
from scoring.presentation import formatting

MAX_AMOUNT = 1_000_000


class ChargesForm(forms.Form):
    """What a client pays each month; starts from what was declared last, and guesses nothing."""

    housing = BoundedNumber(label=_("Rent, or charges of the home"), low=0, high=MAX_AMOUNT)
    loans = BoundedNumber(label=_("Instalments at other lenders"), low=0, high=MAX_AMOUNT)
    other = BoundedNumber(label=_("Other charges, such as maintenance"), low=0, high=MAX_AMOUNT)
    members = BoundedNumber(label=_("People in the household"), low=1, high=40)

    def __init__(self, data: QueryDict | None = None, *, charges: DeclaredCharges | None = None) -> None:
        super().__init__(data, initial=_as_typed(charges.amounts) if charges else {}, label_suffix="")

    def declaration(self) -> ChargesDeclaration:
        given = self.cleaned_data
        housing, loans, other = (
            formatting.stored_amount(given[name]) for name in ("housing", "loans", "other")
        )
        return ChargesDeclaration(housing=housing, loans=loans, other=other, members=int(given["members"]))


def _as_typed(amounts: Mapping[str, float]) -> dict[str, str]:
    shown = {
        name: value if name == "members" else formatting.shown_amount(value)
        for name, value in amounts.items()
    }
    return {name: as_typed(value) for name, value in shown.items()}
