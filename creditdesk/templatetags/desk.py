"""Numbers in the reader's form, icons and badges: the small words of every page."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from markdown_it import MarkdownIt

from creditdesk.models import Assessment, Case, Decision
from creditdesk.services.refusal import name_of
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting

register = template.Library()

# Django resolves what a context does not hold to the empty string.
Number = float | Decimal | str | None

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")

MISSING = "–"
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
VERDICT_ICONS = {"accept": "circle-check", "refuse": "circle-x", "refer": "user-search"}


@register.filter
def number(value: Number, decimals: int = 0) -> str:
    """1234.5 -> 1,235 or, with `number:1`, 1,234.5."""
    return MISSING if value is None or isinstance(value, str) else formatting.number(float(value), decimals)


@register.filter
def money(value: Number) -> str:
    """€1,235 in English, 1 235 € in French."""
    return MISSING if value is None or isinstance(value, str) else formatting.money(float(value))


@register.filter
def percent(value: Number, decimals: int = 1) -> str:
    """0.084 -> 8.4% in English, 8,4 % in French."""
    return MISSING if value is None or isinstance(value, str) else formatting.percent(float(value), decimals)


@register.filter
def probability(value: Number, decimals: int = 1) -> str:
    """A percentage that never claims certainty: 0.0002 -> < 0.1%, 0.9999 -> > 99.9%."""
    if value is None or isinstance(value, str):
        return MISSING
    least = 10.0 ** -(decimals + 2)
    if value < least:
        return f"<{formatting.NO_BREAK}{percent(least, decimals)}"
    if value > 1 - least:
        return f">{formatting.NO_BREAK}{percent(1 - least, decimals)}"
    return percent(value, decimals)


@register.filter
def contract(value: str) -> str:
    """The contract type in the reader's language."""
    return formatting.column_in_words(column("application", "NAME_CONTRACT_TYPE"), value)


@register.filter
def markdown(text: str) -> SafeString:
    """A model card as HTML. Whatever HTML it holds is shown as text, and its links can only be addresses."""
    tokens = _MARKDOWN.parse(text)
    # Aligned table cells carry a style attribute, which the content security policy refuses.
    for token in tokens:
        token.attrs.pop("style", None)
    return SafeString(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "") -> SafeString:
    """One symbol of the sprite, hidden from screen readers: the word beside it says it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        staticfiles_storage.url(SPRITE),
        name,
    )


def _badge(kind: str, word: object) -> SafeString:
    return format_html('<span class="mark mark-{}">{}{}</span>', kind, icon(VERDICT_ICONS[kind]), word)


@register.simple_tag
def verdict_badge(verdict: str) -> SafeString:
    """What the model recommends: an icon and a word, never a colour alone."""
    return _badge(verdict, Assessment.Verdict(verdict).label)


@register.simple_tag
def decision_badge(decision: Decision) -> SafeString:
    """What a person decided; a proposal that waits for a second person is marked as such."""
    if decision.status == Decision.Status.FINAL:
        return _badge(decision.outcome, decision.get_outcome_display())
    words = pgettext("decision that is not final", "{outcome}, {status}").format(
        outcome=decision.get_outcome_display(), status=decision.get_status_display()
    )
    return format_html('<span class="mark mark-waiting">{}{}</span>', icon("hourglass"), words)


@register.simple_tag
def queue_marks(case: Case) -> SafeString:
    """Who works on a case of the list, where it was passed on, and whether it is late."""
    return format_html_join(" ", '<span class="mark mark-{}">{}{}</span>', _queue_marks(case))


def _queue_marks(case: Any) -> Iterator[tuple[str, SafeString, str]]:
    """`case` with what the list has fetched: its standing decision, claim, escalation and contest."""
    today, contested = timezone.localdate(), next(iter(case.contested), None)
    is_open = not any(decision.outcome != Decision.Outcome.REFER for decision in case.standing)
    if contested:
        due = date_format(contested.due_on, "SHORT_DATE_FORMAT")
        yield "waiting", icon("message"), gettext("contested, due %(day)s") % {"day": due}
    if (contested and contested.is_late) or (is_open and case.due_on < today):
        yield "refuse", icon("alert-triangle"), gettext("late")
    if is_open and case.passed_on:
        yield "refer", icon("arrow-right"), gettext("with a manager")
    if is_open and case.held:
        yield "info", icon("briefcase"), name_of(case.held[0].held_by)
    elif is_open and case.shared_at:
        yield "info", icon("users"), gettext("shared")
