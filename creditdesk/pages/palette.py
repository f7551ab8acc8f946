"""Palette: cases, acts and pages by a few letters, as far as its reader may use them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.cases.queues import QUEUES
from creditdesk.cases.search import matching
from creditdesk.models import Case, SavedView
from creditdesk.pages.case.offered_acts import offered_acts
from creditdesk.pages.case.page import CasePage
from creditdesk.services.refusal import name_of
from scoring.presentation.formatting import money

MAX_CASES: Final = 8
MIN_LETTERS: Final = 2
QUEUES_LISTED: Final = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to go to; `hint` tells two entries of one label apart."""

    label: str | Promise
    address: str
    hint: str | Promise = ""


_ACT: Final = _("act")
_PAGE: Final = _("page")
# Label, URL name, query, permission ("" for everybody), hint.
_PLACES: Final[tuple[tuple[str | Promise, str, str, str, str | Promise], ...]] = (
    (_("Next in my queue"), "case_list", "?go=next", "creditdesk.claim_case", _ACT),
    (_("New case"), "case_new", "", "creditdesk.add_case", _ACT),
    (_("Record an absence"), "absences", "", "creditdesk.record_absence", _ACT),
    (_("Cases"), "case_list", "", "creditdesk.view_case", _PAGE),
    (_("Notifications"), "notifications", "", "creditdesk.view_case", _PAGE),
    (_("Teams"), "teams", "", "creditdesk.manage_teams", _PAGE),
    (_("Portfolio"), "portfolio", "", "creditdesk.view_portfolio", _PAGE),
    (_("Totals of all cases"), "portfolio_totals", "", "creditdesk.view_portfolio", _PAGE),
    (_("Outcomes"), "outcomes", "", "creditdesk.view_monthlyoutcome", _PAGE),
    (_("Models"), "model_list", "", "scoring.view_modelversion", _PAGE),
    (_("Policy"), "policy_list", "", "scoring.view_policy", _PAGE),
    (_("Drift"), "drift", "", "scoring.view_drift", _PAGE),
    (_("Operations"), "operations", "", "creditdesk.view_operations", _PAGE),
    (_("Audit log"), "admin:accounts_auditevent_changelist", "", "accounts.view_auditevent", _PAGE),
    (_("Administration"), "admin:index", "", "accounts.view_admin", _PAGE),
    (_("About the model"), "about_model", "", "", _PAGE),
    (_("Preferences"), "preferences", "", "", _PAGE),
    (_("Help"), "help", "", "", _PAGE),
)


def entries(text: str, user: User, open_case: Case | None = None) -> list[Entry]:
    """Return the cases that match, within the row scope, then acts, queues, pages and saved views.

    The acts on the case that is open come first among the acts.
    """
    term = text.strip()
    listed: Iterable[Entry] = (*_acts(open_case, user), *_places(user), *_saved_views(user))
    places = [place for place in listed if term.casefold() in str(place.label).casefold()]
    return [*_cases(term, user), *places] if len(term) >= MIN_LETTERS else places


def _acts(case: Case | None, user: User) -> Iterator[Entry]:
    """What the page of the open case offers its reader; to be listed assesses nothing."""
    if case is None:
        return
    hint = gettext("act on case %(reference)s") % {"reference": case.reference}
    for label, address in offered_acts(CasePage(case, case.latest_assessment, user)):
        yield Entry(label, address, hint)


def _saved_views(user: User) -> Iterator[Entry]:
    """The person's own views, and those that colleagues share, with the colleague's name."""
    if not user.has_perm("creditdesk.view_case"):
        return
    for view in SavedView.objects.visible_to(user).select_related("owner"):
        hint = gettext("saved view")
        if view.owner_id != user.pk:
            hint = f"{hint} · {name_of(view.owner)}"
        yield Entry(view.name, view.get_absolute_url(), hint)


def _cases(term: str, user: User) -> Iterator[Entry]:
    cases = matching(Case.objects.visible_to(user), term).select_related("client")
    for case in cases.order_by("-submitted_at", "pk")[:MAX_CASES]:
        hint = f"{case.reference} · {money(float(case.amount_credit))}"
        yield Entry(case.client.name or case.reference, case.get_absolute_url(), hint)


def _places(user: User) -> Iterator[Entry]:
    for label, name, query, permission, hint in _PLACES:
        if not permission or user.has_perm(permission):
            yield Entry(label, reverse(name) + query, hint)
    if user.has_perm("creditdesk.view_case"):
        for queue, label in QUEUES[:QUEUES_LISTED]:
            yield Entry(label, f"{reverse('case_list')}?queue={queue}", pgettext_lazy("palette", "queue"))
