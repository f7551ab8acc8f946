"""First page of the demo: the guided path, and the page on which each step is taken."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from creditdesk.cases.queue_navigation import first_in_queue, nearest_refusal
from creditdesk.models import Case, Decision


class Step(NamedTuple):
    """One step of the guided path: who takes it and what to do."""

    code: str
    person: str
    title: str | Promise
    text: str | Promise

    @property
    def role(self) -> str:
        """The role of the person who takes it; a demo user is called like their role."""
        return str(Role(self.person).label)


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
# Steps that are taken below the first screen of a phone: the page, and where on it.
PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "what_if": ("case_whatif", "#tabs"),
    "decide": ("case_detail", "#decision"),
}


def address_of(step: Step, person: User) -> str:
    """Return the page on which a step is taken."""
    # One case for all three, whose verdict little would change.
    if step.code in {"verdict", "what_if", "decide"} and (
        reference := nearest_refusal(person) or first_in_queue(person)
    ):
        page, part = PARTS.get(step.code, ("case_detail", ""))
        return f"{reverse(page, args=[reference])}{part}"
    if step.code == "letter" and (case := _refused(person)):
        return reverse("case_letter", args=[case.reference])
    if step.code == "audit":
        return reverse("admin:accounts_auditevent_changelist")
    return f"{reverse('case_list')}?queue=all"


def _refused(person: User) -> Case | None:
    refused = Decision.objects.filter(outcome=Decision.Outcome.REFUSE, status=Decision.Status.FINAL)
    return Case.objects.visible_to(person).filter(pk__in=refused.values("case")).order_by("pk").first()
