from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.models import MonthlyOutcome
from creditdesk.pages.outcomes.loans import ObservedLoans
from creditdesk.pages.outcomes.page import OutcomesPage


@require_safe
@permission_required("creditdesk.view_monthlyoutcome", raise_exception=True)
def outcomes(request: HttpRequest) -> HttpResponse:
    """Show figures over all loans; no case is named, so it needs no row scope."""
    page = OutcomesPage(ObservedLoans.on_file()) if MonthlyOutcome.objects.exists() else None
    return render(request, "creditdesk/outcomes.html", {"page": page})
