from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from creditdesk.services.demo_sign_in import is_open

FIRST_PAGES: Final = (
    ("creditdesk.view_case", "case_list"),
    ("accounts.view_user", "admin:index"),
    ("scoring.view_modelversion", "model_list"),
)


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirect to the first page that the role may open; strangers to the sign-in, or to the demo's page."""
    if not request.user.is_authenticated:
        return redirect("demo_welcome" if is_open() else "account_login")
    for permission, page in FIRST_PAGES:
        if request.user.has_perm(permission):
            return redirect(page)
    raise PermissionDenied
