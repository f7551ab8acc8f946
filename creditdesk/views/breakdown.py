"""Breakdown of the portfolio by product, advisor or week, and its CSV."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from creditdesk import services
from creditdesk.models import Case
from creditdesk.pages.portfolio.breakdown import WAYS, BreakdownPage
from creditdesk.pages.portfolio.period import PERIODS, Period
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_portfolio", raise_exception=True)
def breakdown(request: DeskRequest) -> HttpResponse:
    periods = {code: label for code, (_days, label) in PERIODS.items()}
    context = {"page": _page(request), "ways": WAYS, "periods": periods}
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
