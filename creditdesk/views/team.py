"""Teams: the page on which managers and administrators make them and choose their members."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from creditdesk import services
from creditdesk.forms.team import MemberForm, TeamForm
from creditdesk.models import Team, TeamMembership
from creditdesk.services import ActRefused
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.manage_teams", raise_exception=True)
def teams(request: DeskRequest) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.make_team(name=form.cleaned_data["name"], by=request.user)
        except ActRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, gettext("The team is made: choose its members."))
            return redirect("teams")
    listed = [
        (team, team.memberships.in_force().select_related("member"), MemberForm(team=team))
        for team in Team.objects.all()
    ]
    context = {"form": form, "teams": listed}
    return render(request, "creditdesk/teams.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("creditdesk.manage_teams", raise_exception=True)
def team_add(request: DeskRequest, number: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=number)
    form = MemberForm(request.POST, team=team)
    if not form.is_valid():
        messages.error(request, gettext("Choose somebody who is not in the team yet."))
        return redirect("teams")
    person = form.cleaned_data["person"]
    return _done(
        request,
        lambda: services.add_member(team=team, person=person, by=request.user),
        gettext("The new member sees what is referred to the team."),
    )


@require_POST
@permission_required("creditdesk.manage_teams", raise_exception=True)
def team_remove(request: DeskRequest, number: int) -> HttpResponse:
    membership = get_object_or_404(TeamMembership.objects.select_related("member"), pk=number)
    return _done(
        request,
        lambda: services.remove_member(membership=membership, by=request.user),
        gettext("This person no longer sees the cases of the team."),
    )


def _done(request: DeskRequest, act: Callable[[], object], message: str) -> HttpResponse:
    try:
        act()
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect("teams")
