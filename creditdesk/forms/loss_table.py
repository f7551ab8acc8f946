"""Form of a loss table that is proposed; starts from the one in force."""

from collections.abc import Mapping
from typing import Final, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from creditdesk.forms import policy
from creditdesk.forms.fields import BoundedNumber, as_typed
from creditdesk.services.loss_table import LossTerms
from scoring.forms import reason_field
from scoring.models import LossTable

# Entered in percent, stored as shares.
PERCENT: Final = (
    "lgd_cash",
    "ead_cash",
    "lgd_revolving",
    "ead_revolving",
    "favourable_weight",
    "adverse_weight",
    "loss_limit",
)


class LossTableForm(forms.Form):
    lgd_cash = BoundedNumber(label=_("Cash loans: lost on a default, in percent"), low=0, high=100)
    ead_cash = BoundedNumber(
        label=_("Cash loans: owed at default, in percent of the credit"), low=0, high=100
    )
    lgd_revolving = BoundedNumber(label=_("Revolving loans: lost on a default, in percent"), low=0, high=100)
    ead_revolving = BoundedNumber(
        label=_("Revolving loans: owed at default, in percent of the credit"), low=0, high=100
    )
    favourable_shift = BoundedNumber(label=_("Favourable scenario: log-odds of default"), low=-5, high=0)
    favourable_weight = BoundedNumber(label=_("Favourable scenario: weight in percent"), low=0, high=100)
    adverse_shift = BoundedNumber(label=_("Adverse scenario: log-odds of default"), low=0, high=5)
    adverse_lgd_factor = BoundedNumber(
        label=_("Adverse scenario: the lost share is multiplied by"), low=1, high=10
    )
    adverse_weight = BoundedNumber(label=_("Adverse scenario: weight in percent"), low=0, high=100)
    loss_limit = BoundedNumber(
        label=_("Loss that the reverse stress looks for, in percent of what is owed"), low=0, high=100
    )
    reason = reason_field(_("Why"))
    # "" stands for no table in force.
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, table: LossTable | None) -> Self:
        """Unbound, with the terms in force; without any it guesses nothing."""
        initial: dict[str, str | int | None] = {}
        if table:
            names = LossTerms.__dataclass_fields__
            shown = {name: getattr(table, name) * (100 if name in PERCENT else 1) for name in names}
            initial = {name: as_typed(value) for name, value in shown.items()}
            initial["based_on"] = table.version
        return cls(initial=initial, label_suffix="")

    def terms(self) -> LossTerms:
        """The terms of a valid form."""
        given: Mapping[str, float] = self.cleaned_data
        names = LossTerms.__dataclass_fields__
        return LossTerms(
            **{name: given[name] / 100 if name in PERCENT else float(given[name]) for name in names}
        )


class LossTableAnswerForm(policy.AnswerForm):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[
            (policy.AnswerForm.PUBLISH, _("Put this table in force")),
            (policy.AnswerForm.REJECT, _("Reject it")),
        ],
        widget=forms.RadioSelect,
    )
