from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from creditdesk.pages.drift import TABS, DriftPage
from creditdesk.web.request import DeskRequest
from scoring.models import DriftReport
from scoring.services.drift import page_of

REPORTS_PER_PAGE = 12

# Evidently's page is one file with its scripts inside. It runs sandboxed: another origin, no network, no
# forms, no access to the desk around it.
SANDBOX = {
    "sandbox": ["allow-scripts"],
    "default-src": [NONE],
    "script-src": [UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:", "blob:"],
    "font-src": ["data:"],
    "frame-ancestors": [SELF],
}


@require_safe
@permission_required("scoring.view_drift", raise_exception=True)
def drift(request: DeskRequest) -> HttpResponse:
    """Show what moved by the newest report."""
    return _drift_response(request, DriftReport.objects.first())


@require_safe
@permission_required("scoring.view_drift", raise_exception=True)
def drift_report(request: DeskRequest, number: int) -> HttpResponse:
    return _drift_response(request, get_object_or_404(DriftReport, pk=number))


@require_safe
@permission_required("scoring.view_drift", raise_exception=True)
def drift_performance(request: DeskRequest, number: int) -> HttpResponse:
    """Show the PSI over time, and how the model does."""
    return _drift_response(request, get_object_or_404(DriftReport, pk=number), view="drift_performance")


@require_safe
@permission_required("scoring.view_drift", raise_exception=True)
@csp_update({"frame-src": [SELF]})  # type: ignore[untyped-decorator]
def drift_reports(request: DeskRequest, number: int) -> HttpResponse:
    """Show Evidently's page of this report, and the list of all reports."""
    reports = Paginator(DriftReport.objects.defer("numbers"), REPORTS_PER_PAGE)
    return _drift_response(
        request,
        get_object_or_404(DriftReport, pk=number),
        view="drift_reports",
        reports=reports.get_page(request.GET.get("page")),
    )


@require_safe
@permission_required("scoring.view_drift", raise_exception=True)
@xframe_options_sameorigin
@csp(SANDBOX)  # type: ignore[untyped-decorator]
def drift_evidently(request: DeskRequest, number: int) -> HttpResponse:
    content = page_of(get_object_or_404(DriftReport, pk=number))
    if content is None:
        raise Http404
    return HttpResponse(content)


def _drift_response(
    request: DeskRequest, report: DriftReport | None, view: str = "drift_report", **context: object
) -> HttpResponse:
    page = DriftPage(report) if report else None
    return render(request, "creditdesk/drift.html", {"page": page, "view": view, "tabs": TABS, **context})
