"""Sign in to the demo by one click, as one of its people. Refused in every other installation."""

from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest

from accounts.demo_people import PEOPLE
from accounts.models import User
from accounts.prepared_queries import Prepared
from creditdesk.models import Case

METHOD: Final = "demo"

_FIRST_IMPORTED: Final = Prepared(lambda: Case.objects.filter(origin=Case.Origin.IMPORTED).values_list("pk"))


def is_open() -> bool:
    """Whether anybody may sign in by one click: in a demo of synthetic cases on plain HTTP, nowhere else."""
    if not settings.DEMO_SIGN_IN or settings.HTTPS or settings.REQUIRE_MFA:
        return False
    return _FIRST_IMPORTED.first() is None


def sign_in_to_demo(*, request: HttpRequest, username: str) -> User:
    """Sign in as one of the demo's people. Raises User.DoesNotExist for anybody else, and outside a demo."""
    if not is_open() or username not in PEOPLE:
        raise User.DoesNotExist
    person = User.objects.get(username=username, is_active=True)
    adapter = get_adapter(request)
    if request.user.is_authenticated:
        adapter.logout(request)
    person.backend = settings.AUTHENTICATION_BACKENDS[0]  # type: ignore[attr-defined]
    record_authentication(request, person, method=METHOD)
    adapter.login(request, person)
    return person
