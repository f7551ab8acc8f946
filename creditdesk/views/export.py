from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.cases.export import DIALECTS, case_histories
from creditdesk.cases.filters import CaseFilter
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "POST"])
@permission_required("creditdesk.export_cases", raise_exception=True)
def case_export(request: DeskRequest) -> HttpResponseBase:
    """The case histories behind the list's filters; POST carries the search term, which no address may."""
    asked = request.POST if request.method == "POST" else request.GET
    found = CaseFilter(asked, user=request.user)
    dialect = DIALECTS.get(asked.get("dialect", ""))
    if found.errors or dialect is None:
        return HttpResponseBadRequest(
            gettext("The export was not made: a filter or the dialect is not valid."),
            content_type="text/plain",
        )
    _record_export(request.user, found)
    response = StreamingHttpResponse(
        case_histories(found.qs, dialect), content_type="text/csv; charset=utf-8"
    )
    name = f"cases-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@transaction.atomic
def _record_export(by: User, found: CaseFilter) -> None:
    """The term itself stays out: it names a client, and the chain never forgets."""
    details = {"filters": found.active, "searched": bool(found.data.get("q")), "cases": found.qs.count()}
    audit.record(action=Action.EXPORT, actor=by, details=details)
