"""Rows of the case list: twenty of them with ten cells each, too many for a template's loop."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from html import escape
from secrets import token_hex
from sys import getsizeof
from typing import Final

from django import template
from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from accounts.caching.least_recent import LeastRecent
from creditdesk.cases.queues import EVERY_CASE
from creditdesk.encryption import keyring
from creditdesk.pages.listed_cases import ListedCase
from creditdesk.pages.queue_tabs import Tab
from creditdesk.templatetags import desk
from creditdesk.templatetags.quick_urls import quick_reverse
from scoring.presentation import formatting
from scoring.presentation.formatting.language import by_language, one_language

register = template.Library()

# Of the rows of all lists together.
MAX_BYTES: Final = 2**20
# In the place of a client's name: nothing that a row contains, or that anybody could guess.
_NAME_PLACE: Final = f"Place-{token_hex(8)}"
_rows: Final = LeastRecent[list[str]](MAX_BYTES)


def forget() -> None:
    """Drop every row."""
    _rows.clear()


keyring.after_erasures(forget)


@register.simple_tag
def case_rows(cases: Iterable[ListedCase], shown: Collection[str], is_choosable: bool) -> SafeString:
    """Render cases with the columns that are shown, and with a box to choose each where there is a form.

    A row is kept for what it depends on, with a place for the client's name: nobody's name stays in memory.
    """
    of_all = (*_circumstances(), frozenset(shown), is_choosable)
    with one_language():
        return SafeString("".join([_row(case, shown, is_choosable, of_all) for case in cases]))


def _row(
    case: ListedCase, shown: Collection[str], is_choosable: bool, circumstances: tuple[Hashable, ...]
) -> str:
    key = (*circumstances, *_facts(case))
    pieces = _rows.get(key)
    if pieces is None:
        pieces = _written(case, shown, is_choosable).split(_NAME_PLACE)
        _rows.keep(key, pieces, sum(map(getsizeof, pieces)))
    return escape(case.client_name or desk.MISSING).join(pieces)


def _circumstances() -> tuple[Hashable, ...]:
    settings_read = settings.AMOUNT_SCALE, settings.CURRENCY, settings.DECISION_DAYS
    return get_language(), timezone.localdate(), get_script_prefix(), get_urlconf(), *settings_read


def _facts(case: ListedCase) -> tuple[Hashable, ...]:
    """Everything of a case that its row shows, but for the client's name."""
    return (
        case.pk,
        case.reference,
        case.advisor_id,
        case.advisor_name,
        case.contract_type,
        case.amount_credit,
        case.submitted_at,
        case.is_shared,
        case.is_withdrawn,
        case.is_blind,
        case.verdict,
        case.decisions,
        case.claimed_by,
        case.is_escalated,
        case.contests,
    )


def _written(case: ListedCase, shown: Collection[str], is_choosable: bool) -> str:
    # What the cells are made of is escaped where it is written: format_html would escape each part anew.
    cells = "".join([write(case) for name, write in _CELLS.items() if name in shown])
    address = quick_reverse("case_detail", case.reference) or reverse("case_detail", args=[case.reference])
    return (
        f'<tr data-row>{_choice(case) if is_choosable else ""}<th scope="row" class="cell-reference">'
        f'<a href="{escape(address)}">{escape(case.reference)}</a></th>{cells}'
        f'<td class="cell-decision">{_decision(case)} {desk.queue_marks(case)}</td></tr>'
    )


@register.simple_tag
def queue_tabs(tabs: Iterable[Tab], current: str) -> SafeString:
    """Render the queues of the list, each with the number of its cases; every case is counted by the list."""
    address = quick_reverse("case_list")
    return SafeString("".join([_tab(tab, address, is_current=tab.queue == current) for tab in tabs]))


def _tab(tab: Tab, address: str, *, is_current: bool) -> str:
    mark, count = ' aria-current="page"' if is_current else "", ""
    if tab.queue != EVERY_CASE:
        size = f"{formatting.number(tab.size)}{'+' if tab.has_more else ''}"
        count = f' <span class="tab-count" data-size="{tab.size}" data-queue="{tab.queue}">{size}</span>'
    return f'<a href="{address}?queue={tab.queue}"{mark}>{escape(str(tab.label))}{count}</a>\n'


def _decision(case: ListedCase) -> SafeString:
    if case.is_withdrawn:
        return desk.withdrawn_badge()
    decision = next(iter(case.decisions), None)
    return desk.decision_badge(decision) if decision else _marks()["undecided"]


def _choice(case: ListedCase) -> SafeString:
    label = _choice_label() % {"reference": case.reference}
    return SafeString(
        '<td class="cell-choice"><input type="checkbox" form="assign" name="case" data-choose '
        f'value="{case.pk}:{case.advisor_id}" aria-label="{escape(label)}"></td>'
    )


@by_language(4)
def _choice_label() -> str:
    return gettext("Choose case %(reference)s")


def _client(_case: ListedCase) -> SafeString:
    return SafeString(f'<td class="cell-client"><bdi>{_NAME_PLACE}</bdi></td>')


def _contract(case: ListedCase) -> SafeString:
    return _cell("cell-contract", desk.contract(case.contract_type))


def _credit(case: ListedCase) -> SafeString:
    return _cell("cell-credit number", desk.money(case.amount_credit))


def _submitted(case: ListedCase) -> SafeString:
    return _cell("cell-submitted", desk.waiting(case))


def _due(case: ListedCase) -> SafeString:
    return _cell("cell-due", desk.due(case))


def _verdict(case: ListedCase) -> SafeString:
    if case.is_blind:
        return _cell("cell-verdict", _marks()["blind"])
    if case.verdict is None:
        return _cell("cell-verdict", _marks()["unassessed"])
    badge, probability = desk.verdict_badge(case.verdict.verdict), desk.probability(case.verdict.probability)
    return SafeString(
        f'<td class="cell-verdict">{badge} <span class="number">{escape(probability)}</span></td>'
    )


def _closeness(case: ListedCase) -> SafeString:
    return _cell("cell-closeness number", desk.closeness(case.verdict))


def _advisor(case: ListedCase) -> SafeString:
    return _cell("cell-advisor", case.advisor_name)


def _muted(text: str) -> SafeString:
    return SafeString(f'<span class="muted">{escape(text)}</span>')


@by_language(4)
def _marks() -> dict[str, SafeString]:
    return {
        "undecided": _muted(gettext("to decide")),
        "blind": _muted(gettext("your opinion first")),
        "unassessed": _muted(gettext("not assessed")),
    }


def _cell(css: str, content: str) -> SafeString:
    """A cell with a text, which is escaped, or with markup."""
    return SafeString(f'<td class="{css}">{conditional_escape(content)}</td>')


# By the column, in their order.
_CELLS: Final[Mapping[str, Callable[[ListedCase], SafeString]]] = {
    "client": _client,
    "contract": _contract,
    "credit": _credit,
    "submitted": _submitted,
    "due": _due,
    "probability": _verdict,
    "closeness": _closeness,
    "advisor": _advisor,
}
