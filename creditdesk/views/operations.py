from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from creditdesk.pages.operations import OperationsPage
from creditdesk.web.request import DeskRequest


@require_safe
@permission_required("creditdesk.view_operations", raise_exception=True)
def operations(request: DeskRequest) -> HttpResponse:
    return render(request, "creditdesk/operations.html", {"page": OperationsPage.of_today()})
