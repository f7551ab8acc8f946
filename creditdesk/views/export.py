from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk import services
from creditdesk.cases.export import DIALECTS, case_histories
from creditdesk.cases.filters import CaseFilter
from creditdesk.pages.case import event_kinds
from creditdesk.pages.case.timeline import cases_of_client, timeline
from creditdesk.pages.case.timeline_csv import timeline_csv
from creditdesk.services.export import sent_to_the_end
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "POST"])
@permission_required("creditdesk.export_cases", raise_exception=True)
def case_export(request: DeskRequest) -> HttpResponseBase:
    """Export the case histories that the filters select; the search term comes in a body only."""
    query = request.POST if request.method == "POST" else request.GET
    case_filter = CaseFilter(query, user=request.user)
    dialect = DIALECTS.get(query.get("dialect", ""))
    if case_filter.errors or dialect is None:
        return HttpResponseBadRequest(
            gettext("The export was not made: a filter or the dialect is not valid."),
            content_type="text/plain; charset=utf-8",
        )
    export = _record_export(request.user, case_filter)
    lines = case_histories(case_filter.qs, dialect)
    response = StreamingHttpResponse(
        sent_to_the_end(lines, export=export, by=request.user), content_type="text/csv; charset=utf-8"
    )
    name = f"cases-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@permission_required("creditdesk.export_cases", raise_exception=True)
def case_timeline_export(request: DeskRequest, reference: str) -> HttpResponseBase:
    """Export what happened on a case, and on the client's other cases that the reader may see.

    `kind` filters as on the page.
    """
    case = visible_case(request, reference)
    dialect = DIALECTS.get(request.GET.get("dialect", ""))
    if dialect is None:
        return HttpResponseBadRequest(gettext("There is no such dialect."), content_type="text/plain")
    with transaction.atomic():
        services.record_note_readings(cases=cases_of_client(case, request.user), by=request.user)
        event = audit.record(action=Action.EXPORT, actor=request.user, target=case.reference)
    events = event_kinds.filtered(timeline(case, request.user), request.GET.get("kind", ""))
    lines = timeline_csv(events, dialect)
    response = StreamingHttpResponse(
        sent_to_the_end(lines, export=event.sequence, by=request.user), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="history-{case.reference}.csv"'
    return response


@transaction.atomic
def _record_export(by: User, case_filter: CaseFilter) -> int:
    """Record the filters without the search term, which names a client; the number of the event."""
    services.record_note_readings(cases=case_filter.qs, by=by)
    details = {
        "filters": case_filter.active,
        "searched": bool(case_filter.data.get("q")),
        "cases": case_filter.qs.count(),
    }
    return audit.record(action=Action.EXPORT, actor=by, details=details).sequence
