"""Breakdown of the portfolio by product, advisor or week, and its CSV."""

from django.contrib.auth.decorators import permission_required
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from creditdesk import services
from creditdesk.models import Case
from creditdesk.pages.portfolio.breakdown import WAYS, BreakdownPage
from creditdesk.pages.portfolio.period import PERIODS, Period
from creditdesk.views.figure_export import figure_export
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def breakdown(request: DeskRequest) -> HttpResponseBase:
    page = _page(request)
    if "figure" in request.GET:
        return figure_export(request, page.figures, f"breakdown-{page.by}")
    periods = {code: label for code, (_days, label) in PERIODS.items()}
    query = f"?by={page.by}&days={page.period.code}&"
    context = {"page": page, "ways": WAYS, "periods": periods, "csv_query": query}
    return render(request, "creditdesk/breakdown.html", context)


@require_safe
@permission_required("creditdesk.export_cases", raise_exception=True)
def breakdown_export(request: DeskRequest) -> StreamingHttpResponse:
    """Export the figures of the charts; no case is among them."""
    page = _page(request)
    details = {"breakdown": page.by, "days": page.period.days}
    lines = services.export_figures(lines=page.csv_lines(), details=details, by=request.user)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"portfolio-{page.by}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(request: DeskRequest) -> BreakdownPage:
    by = request.GET.get("by", "")
    cases = Case.objects.visible_to(request.user)
    return BreakdownPage(cases, Period.named(request.GET.get("days", "")), by if by in WAYS else "product")
