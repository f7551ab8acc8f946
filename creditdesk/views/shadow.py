from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import Assessment
from creditdesk.pages.shadow import ShadowPage
from creditdesk.web.request import DeskRequest
from scoring import engine
from scoring.models import ChallengerAppointment


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def shadow(request: DeskRequest) -> HttpResponse:
    """Show the verdicts of the challenger; not to advisors, whom they would tempt to shop for an answer."""
    appointment = ChallengerAppointment.objects.in_force()
    page = ShadowPage(appointment, engine.challenger(), request.user) if appointment else None
    context = {"page": page, "verdicts": Assessment.Verdict.values}
    return render(request, "creditdesk/shadow.html", context)
