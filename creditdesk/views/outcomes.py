from django.contrib.auth.decorators import permission_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import MonthlyOutcome
from creditdesk.pages.outcomes.loans import ObservedLoans
from creditdesk.pages.outcomes.page import OutcomesPage
from creditdesk.views.figure_export import figure_export
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_monthlyoutcome", raise_exception=True)
def outcomes(request: DeskRequest) -> HttpResponseBase:
    """Show figures over all loans; no case is named, so it needs no row scope."""
    page = OutcomesPage(ObservedLoans.on_file()) if MonthlyOutcome.objects.exists() else None
    if "figure" in request.GET:
        return figure_export(request, page.figures if page else [], "outcomes")
    return render(request, "creditdesk/outcomes.html", {"page": page, "csv_query": "?"})
