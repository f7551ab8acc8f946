from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

FIRST_PAGES: Final = (
    ("creditdesk.view_case", "case_list"),
    ("accounts.view_user", "admin:index"),
    ("scoring.view_modelversion", "model_list"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirect to the first page that the role may open."""
    for permission, page in FIRST_PAGES:
        if request.user.has_perm(permission):
            return redirect(page)
    raise PermissionDenied
