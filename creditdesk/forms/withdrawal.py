"""Forms that close a case without a decision, and that open a closed case again."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.forms.assignment import day_field
from creditdesk.forms.casework import statement_field
from creditdesk.models import Case, Withdrawal


class WithdrawalForm(forms.Form):
    """How and when the client took the application back; a reason only where the client gives one."""

    channel = forms.ChoiceField(label=_("How the client said it"), choices=Withdrawal.Channel.choices)
    received_on = day_field(_("Withdrawn on"))
    reason = statement_field(_("Reason, if the client gives one"), min_length=0, rows=2)

    def __init__(self, data: QueryDict | None = None, *, case: Case) -> None:
        today = timezone.localdate()
        super().__init__(data, auto_id="id_withdraw_%s", label_suffix="", initial={"received_on": today})
        self.fields["reason"].required = False
        self.applied_on = timezone.localtime(case.submitted_at).date()
        bounds = {"min": self.applied_on.isoformat(), "max": today.isoformat()}
        self.fields["received_on"].widget.attrs.update(bounds)

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if not self.applied_on <= day <= timezone.localdate():
            raise ValidationError(
                _("A client withdraws after the application, and not in the future."), code="day"
            )
        return day


class ReopeningForm(forms.Form):
    reason = statement_field(_("Why the case is opened again"))
