from django.contrib.auth.decorators import permission_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import Case
from creditdesk.pages.portfolio.page import PortfolioPage
from creditdesk.pages.portfolio.period import PERIODS, Period
from creditdesk.pages.portfolio.totals import PortfolioTotals
from creditdesk.pages.queue_tabs import tabs
from creditdesk.views.figure_export import figure_export
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio(request: DeskRequest) -> HttpResponseBase:
    cases = Case.objects.visible_to(request.user)
    page = PortfolioPage(cases, Period.named(request.GET.get("days", "")))
    if "figure" in request.GET:
        return figure_export(request, page.figures, "portfolio")
    context = {
        "page": page,
        "csv_query": f"?days={page.period.code}&",
        "tabs": tabs(request.user),
        "periods": {code: label for code, (_days, label) in PERIODS.items()},
    }
    return render(request, "creditdesk/portfolio.html", context)


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def portfolio_totals(request: DeskRequest) -> HttpResponseBase:
    """Count every case, whenever it was received: verdicts, decisions, contests, workloads."""
    page = PortfolioTotals(Case.objects.visible_to(request.user))
    if "figure" in request.GET:
        return figure_export(request, [page.distribution], "portfolio")
    return render(request, "creditdesk/portfolio_totals.html", {"page": page, "csv_query": "?"})
