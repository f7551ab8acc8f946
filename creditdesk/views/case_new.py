from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from creditdesk import services
from creditdesk.forms.application import ApplicationForm
from creditdesk.http import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.add_case", raise_exception=True)
def case_new(request: DeskRequest) -> HttpResponse:
    form = ApplicationForm(request.POST or None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "creditdesk/case_new.html", {"form": form}, status=status)
    case = services.open_case(
        by=request.user,
        name=form.cleaned_data["client_name"],
        application=form.application(),
        applied_on=form.cleaned_data["applied_on"],
    )
    return redirect(case)
