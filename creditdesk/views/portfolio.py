from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import Case
from creditdesk.pages.portfolio.page import PortfolioPage
from creditdesk.pages.portfolio.period import PERIODS, Period
from creditdesk.pages.portfolio.totals import PortfolioTotals
from creditdesk.pages.queue_tabs import tabs
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio(request: DeskRequest) -> HttpResponse:
    cases = Case.objects.visible_to(request.user)
    context = {
        "page": PortfolioPage(cases, Period.named(request.GET.get("days", ""))),
        "tabs": tabs(request.user),
        "periods": {code: label for code, (_days, label) in PERIODS.items()},
    }
    return render(request, "creditdesk/portfolio.html", context)


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio_totals(request: DeskRequest) -> HttpResponse:
    """Count every case, whenever it was received: verdicts, decisions, contests, workloads."""
    page = PortfolioTotals(Case.objects.visible_to(request.user))
    return render(request, "creditdesk/portfolio_totals.html", {"page": page})
