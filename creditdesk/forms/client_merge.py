"""Forms of merging two records of one client, and of parting them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from creditdesk.models import Case, ClientMerge
from creditdesk.models.case import CaseQuerySet

_BY_PEOPLE = [choice for choice in ClientMerge.Reason.choices if choice[0] != ClientMerge.Reason.IMPORT]


class ClientMergeForm(forms.Form):
    other = forms.CharField(
        label=_("Reference of the other case"),
        max_length=32,
        help_text=_("Any case of the same person that was entered under another record."),
    )
    reason = forms.ChoiceField(label=_("How you know"), choices=[("", _("Choose")), *_BY_PEOPLE])
    despite_keys = forms.BooleanField(
        label=_("They are one person although the bank has two client numbers for them"), required=False
    )

    def __init__(self, data: object = None, *, cases: CaseQuerySet, **kwargs: object) -> None:
        """`cases` are those that the person may merge with."""
        super().__init__(data, **kwargs)  # type: ignore[arg-type]
        self.cases = cases

    def clean_other(self) -> Case:
        reference = self.cleaned_data["other"].strip()
        case = self.cases.filter(reference=reference).select_related("client").first()
        if case is None:
            raise forms.ValidationError(_("There is no such case that you may see."), code="unknown")
        return case


class ClientPartForm(forms.Form):
    """Names the merge that was on the page, so that no other one is undone."""

    merge = forms.ModelChoiceField(queryset=ClientMerge.objects.all(), widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why they are parted"), choices=[("", _("Choose")), *ClientMerge.EndReason.choices]
    )
