from dataclasses import asdict

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import Case
from creditdesk.pages import portfolio as counts
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio(request: DeskRequest) -> HttpResponse:
    cases = Case.objects.visible_to(request.user)
    bins = counts.distribution(cases)
    context = {
        "total": cases.count(),
        "verdicts": counts.verdicts(cases),
        "stages": counts.stages(cases),
        "decided": counts.Decided.of(cases),
        "contested": counts.Contested.of(cases),
        "escalated": cases.escalated().count(),
        "late": cases.late().count(),
        "bins": bins,
        "chart": [asdict(one) for one in bins],
        "advisors": counts.by_advisor(cases),
    }
    return render(request, "creditdesk/portfolio.html", context)
