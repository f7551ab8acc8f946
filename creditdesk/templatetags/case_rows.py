"""Rows of the case list: twenty of them with ten cells each, too many for a template's loop."""

from collections.abc import Callable, Collection, Mapping
from html import escape
from typing import Any, Final

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.models import Case
from creditdesk.services.refusal import name_of
from creditdesk.templatetags import desk
from creditdesk.templatetags.quick_urls import quick_reverse

register = template.Library()


@register.simple_tag
def case_row(case: Any, shown: Collection[str], is_choosable: bool) -> SafeString:
    """Render a case with the columns that are shown, and with a box to choose it where there is a form."""
    # What the cells are made of is escaped where it is written: format_html would escape each part anew.
    cells = "".join([write(case) for name, write in _CELLS.items() if name in shown])
    address = quick_reverse("case_detail", case.reference) or case.get_absolute_url()
    return SafeString(
        f'<tr data-row>{_choice(case) if is_choosable else ""}<th scope="row" class="cell-reference">'
        f'<a href="{escape(address)}">{escape(case.reference)}</a></th>{cells}'
        f'<td class="cell-decision">{_decision(case)} {desk.queue_marks(case)}</td></tr>'
    )


def _decision(case: Any) -> SafeString:
    if case.is_withdrawn:
        return desk.withdrawn_badge()
    decision = next(iter(case.standing_decisions), None)
    return desk.decision_badge(decision) if decision else _muted(gettext("to decide"))


def _choice(case: Case) -> SafeString:
    label = gettext("Choose case %(reference)s") % {"reference": case.reference}
    return SafeString(
        '<td class="cell-choice"><input type="checkbox" form="assign" name="case" data-choose '
        f'value="{case.pk}:{case.advisor_id}" aria-label="{escape(label)}"></td>'
    )


def _client(case: Case) -> SafeString:
    return SafeString(f'<td class="cell-client"><bdi>{escape(case.client.name or desk.MISSING)}</bdi></td>')


def _contract(case: Case) -> SafeString:
    return _cell("cell-contract", desk.contract(case.contract_type))


def _credit(case: Case) -> SafeString:
    return _cell("cell-credit number", desk.money(case.amount_credit))


def _submitted(case: Any) -> SafeString:
    return _cell("cell-submitted", desk.waiting(case))


def _due(case: Any) -> SafeString:
    return _cell("cell-due", desk.due(case))


def _verdict(case: Any) -> SafeString:
    assessment = case.latest_assessment
    if getattr(case, "is_blind", False):
        return _cell("cell-verdict", _muted(gettext("your opinion first")))
    if assessment is None:
        return _cell("cell-verdict", _muted(gettext("not assessed")))
    badge, probability = desk.verdict_badge(assessment.verdict), desk.probability(assessment.probability)
    return SafeString(
        f'<td class="cell-verdict">{badge} <span class="number">{escape(probability)}</span></td>'
    )


def _closeness(case: Case) -> SafeString:
    return _cell("cell-closeness number", desk.closeness(case.latest_assessment))


def _advisor(case: Case) -> SafeString:
    return _cell("cell-advisor", name_of(case.advisor))


def _muted(text: str) -> SafeString:
    return SafeString(f'<span class="muted">{escape(text)}</span>')


def _cell(css: str, content: str) -> SafeString:
    """A cell with a text, which is escaped, or with markup."""
    return SafeString(f'<td class="{css}">{conditional_escape(content)}</td>')


# By the column, in their order.
_CELLS: Final[Mapping[str, Callable[[Any], SafeString]]] = {
    "client": _client,
    "contract": _contract,
    "credit": _credit,
    "submitted": _submitted,
    "due": _due,
    "probability": _verdict,
    "closeness": _closeness,
    "advisor": _advisor,
}
