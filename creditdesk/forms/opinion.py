"""Form of a blind opinion: what a person thinks before the verdict shows."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from creditdesk.models import BlindOpinion


class OpinionForm(forms.Form):
    OUTCOMES: Final = [
        (BlindOpinion.Outcome.ACCEPT, pgettext_lazy("decision", "Accept")),
        (BlindOpinion.Outcome.REFUSE, pgettext_lazy("decision", "Refuse")),
    ]

    opinion = forms.ChoiceField(
        label=_("Your opinion"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose: would you accept this application, or refuse it?")},
    )
