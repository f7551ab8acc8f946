"""Acts that a case page offers its reader, each with the place of the page where it is done."""

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk.pages.case.page import CasePage

Act = tuple[str | Promise, str]

_DECIDE: Final = _("Decide, or refer to a colleague")
_OPINION: Final = _("Record my opinion")
_CHECK: Final = _("Record the check")


def offered_acts(page: CasePage) -> Iterator[Act]:
    """Label and address of each act, under the conditions of the page itself; an act is done there alone."""
    here = page.case.get_absolute_url()
    decision = ((_DECIDE, page.may_decide), (_OPINION, page.opinion_form), (_CHECK, page.check_form))
    yield from ((label, f"{here}#decision") for label, is_offered in decision if is_offered)
    yield from ((label, f"{here}#{part}") for label, part in _casework(page))
    yield from _acts_on_file(page)


def _casework(page: CasePage) -> Iterator[Act]:
    """Label of each act around the decision, and the element of the page that it starts at."""
    casework = page.casework
    offered: tuple[tuple[str | Promise, str, object], ...] = (
        (_("Claim"), "casework", casework.may_claim),
        (_("Release"), "casework", casework.may_release),
        (_("Share with every advisor"), "casework", casework.may_share),
        (_("Take it up again"), "casework", casework.may_wake),
        (_("Pass on to a manager"), "id_escalate_reason", casework.may_escalate),
        (_("Answer"), "id_answer", casework.answer_form),
        (_("Assign"), "id_assign_to", casework.may_assign),
        (_("Put aside until a day"), "id_snooze_until_on", casework.may_snooze),
        (_("The client withdraws the application"), "id_withdraw_channel", casework.may_withdraw),
        (_("The client contests this decision"), "id_client_statement", casework.contest_form),
        (_("Record the examination"), "id_justification", casework.review_form),
        (_("Letters to the client"), "casework", casework.may_write_letters),
        (_("Open the case again"), "id_reopen_reason", casework.reopening_form),
    )
    return ((label, part) for label, part, is_offered in offered if is_offered)


def _acts_on_file(page: CasePage) -> Iterator[Act]:
    """Acts that have a page or a tab of their own."""
    may = page.reader.has_perm
    offered: tuple[tuple[str | Promise, str, str, object], ...] = (
        (_("Add a note"), "case_history", "#id_text", may("creditdesk.add_note")),
        (_("Correct the application"), "case_correct", "", page.casework.may_correct),
        (_("Attach a document"), "case_documents", "", may("creditdesk.add_document")),
        (
            _("Record the charges"),
            "case_client",
            "?show=budget#affordability",
            page.budget and page.budget.form,
        ),
        (_("Entered twice?"), "client_merge", "", may("creditdesk.merge_clients")),
    )
    for label, name, part, is_offered in offered:
        if is_offered:
            yield label, reverse(name, args=[page.case.reference]) + part
