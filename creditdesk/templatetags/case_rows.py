"""Rows of the case list: twenty of them with ten cells each, too many for a template's loop."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
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
    cells = ((write(case),) for name, write in _CELLS.items() if name in shown)
    return format_html(
        '<tr data-row>{}<th scope="row" class="cell-reference"><a href="{}">{}</a></th>{}'
        '<td class="cell-decision">{} {}</td></tr>',
        _choice(case) if is_choosable else "",
        quick_reverse("case_detail", case.reference) or case.get_absolute_url(),
        case.reference,
        format_html_join("", "{}", cells),
        _decision(case),
        desk.queue_marks(case),
    )


def _decision(case: Any) -> SafeString:
    if case.is_withdrawn:
        return desk.withdrawn_badge()
    decision = next(iter(case.standing_decisions), None)
    return desk.decision_badge(decision) if decision else _muted(gettext("to decide"))


def _choice(case: Case) -> SafeString:
    return format_html(
        '<td class="cell-choice"><input type="checkbox" form="assign" name="case" data-choose value="{}:{}" '
        'aria-label="{}"></td>',
        case.pk,
        case.advisor_id,
        gettext("Choose case %(reference)s") % {"reference": case.reference},
    )


def _client(case: Case) -> SafeString:
    return format_html('<td class="cell-client"><bdi>{}</bdi></td>', case.client.name or desk.MISSING)


def _contract(case: Case) -> SafeString:
    return format_html('<td class="cell-contract">{}</td>', desk.contract(case.contract_type))


def _credit(case: Case) -> SafeString:
    return format_html('<td class="cell-credit number">{}</td>', desk.money(case.amount_credit))


def _submitted(case: Any) -> SafeString:
    return format_html('<td class="cell-submitted">{}</td>', desk.waiting(case))


def _due(case: Any) -> SafeString:
    return format_html('<td class="cell-due">{}</td>', desk.due(case))


def _verdict(case: Any) -> SafeString:
    assessment = case.latest_assessment
    if getattr(case, "is_blind", False):
        return format_html('<td class="cell-verdict">{}</td>', _muted(gettext("your opinion first")))
    if assessment is None:
        return format_html('<td class="cell-verdict">{}</td>', _muted(gettext("not assessed")))
    return format_html(
        '<td class="cell-verdict">{} <span class="number">{}</span></td>',
        desk.verdict_badge(assessment.verdict),
        desk.probability(assessment.probability),
    )


def _closeness(case: Case) -> SafeString:
    return format_html('<td class="cell-closeness number">{}</td>', desk.closeness(case.latest_assessment))


def _advisor(case: Case) -> SafeString:
    return format_html('<td class="cell-advisor">{}</td>', name_of(case.advisor))


def _muted(text: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', text)


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
