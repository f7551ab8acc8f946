"""Forms of teams: a new one, and a new member of one."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from creditdesk.cases.team import deciders
from creditdesk.forms.people import PersonField
from creditdesk.models import Team


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=60)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")


class MemberForm(forms.Form):
    """Those who decide cases and are not in the team yet."""

    person = PersonField(label=_("New member"), empty_label=_("Choose a person"))

    def __init__(self, data: QueryDict | None = None, *, team: Team) -> None:
        super().__init__(data, auto_id=f"id_team_{team.pk}_%s", label_suffix="")
        members = team.memberships.in_force().values("member")
        self.fields["person"].queryset = deciders().exclude(pk__in=members)  # type: ignore[attr-defined]
