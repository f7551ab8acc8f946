"""The first minute of the demo: a role by one click, and a guided path. Refused in every other installation."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.cases.queue import first_in_queue
from creditdesk.demo.people import PEOPLE
from creditdesk.models import Case, Decision

METHOD: Final = "demo"


class Step(NamedTuple):
    """One step of the guided path: who takes it and what to do."""

    code: str
    person: str
    title: str | Promise
    text: str | Promise


PATH: Final[Sequence[Step]] = (
    Step("search", "advisor", _("Search"), _("Type a name or a reference: the list answers while you type.")),
    Step("verdict", "advisor", _("Read a verdict"), _("The probability, the threshold, and the reasons.")),
    Step("what_if", "advisor", _("Ask what if"), _("Lower the credit or the instalment: would it change?")),
    Step("decide", "advisor", _("Decide"), _("Choose an outcome beside the verdict; only a person decides.")),
    Step("letter", "advisor", _("Read the letter"), _("What a refused client receives, as a PDF file.")),
    Step("export", "manager", _("Export"), _("“Export as CSV”, above the list, gives the case histories.")),
    Step("audit", "auditor", _("Audit"), _("Every step you took is in the log, which cannot be rewritten.")),
)
STEPS: Final = {step.code: step for step in PATH}


def is_open() -> bool:
    """Whether anybody may sign in by one click: in a demo of synthetic cases on plain HTTP, nowhere else."""
    if not settings.DEMO_SIGN_IN or settings.HTTPS or settings.REQUIRE_MFA:
        return False
    return not Case.objects.filter(origin=Case.Origin.IMPORTED).exists()


def sign_in(request: HttpRequest, username: str) -> User:
    """Sign in as one of the demo's people. Raises User.DoesNotExist for anybody else."""
    person = User.objects.get(username=username if username in PEOPLE else "", is_active=True)
    adapter = get_adapter(request)
    if request.user.is_authenticated:
        adapter.logout(request)
    person.backend = settings.AUTHENTICATION_BACKENDS[0]  # type: ignore[attr-defined]
    record_authentication(request, person, method=METHOD)
    adapter.login(request, person)
    return person


def address_of(step: Step, person: User) -> str:
    """Return the page on which a step is taken."""
    if step.code in {"verdict", "what_if", "decide"} and (reference := first_in_queue(person)):
        page = "case_simulate" if step.code == "what_if" else "case_detail"
        return reverse(page, args=[reference])
    if step.code == "letter" and (case := _refused(person)):
        return reverse("case_letter", args=[case.reference])
    if step.code == "audit":
        return reverse("admin:accounts_auditevent_changelist")
    return f"{reverse('case_list')}?queue=all"


def _refused(person: User) -> Case | None:
    refused = Decision.objects.filter(outcome=Decision.Outcome.REFUSE, status=Decision.Status.FINAL)
    return Case.objects.visible_to(person).filter(pk__in=refused.values("case")).order_by("pk").first()
