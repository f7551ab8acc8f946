"""First page of the demo: what it is, a role by one click, and a guided path."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.demo_people import PEOPLE
from accounts.models import User
from creditdesk.pages.demo_welcome import PATH, STEPS, address_of
from creditdesk.services.demo_sign_in import is_open, sign_in_to_demo


@login_not_required
@require_safe
def demo_welcome(request: HttpRequest) -> HttpResponse:
    if not is_open():
        raise Http404
    people = User.objects.filter(username__in=PEOPLE, is_active=True).order_by("pk")
    return render(request, "creditdesk/demo_welcome.html", {"people": people, "path": PATH})


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    step = STEPS.get(request.POST.get("step", ""))
    username = step.person if step else request.POST.get("person", "")
    try:
        person = sign_in_to_demo(request=request, username=username)
    except User.DoesNotExist as error:
        raise Http404 from error
    return redirect(address_of(step, person) if step else "home")
