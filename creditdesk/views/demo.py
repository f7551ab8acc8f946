"""First page of the demo: what it is, a role by one click, and a guided path."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from creditdesk.demo import welcome
from creditdesk.demo.people import PEOPLE


@login_not_required
@require_safe
def demo_welcome(request: HttpRequest) -> HttpResponse:
    if not welcome.is_open():
        raise Http404
    people = User.objects.filter(username__in=PEOPLE, is_active=True).order_by("pk")
    return render(request, "creditdesk/demo_welcome.html", {"people": people, "path": welcome.PATH})


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    if not welcome.is_open():
        raise Http404
    step = welcome.STEPS.get(request.POST.get("step", ""))
    username = step.person if step else request.POST.get("person", "")
    get_object_or_404(User, username=username if username in PEOPLE else "", is_active=True)
    person = welcome.sign_in(request, username)
    return redirect(welcome.address_of(step, person) if step else "home")
