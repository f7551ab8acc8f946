"""Numbers in the reader's form, icons and badges: the small words of every page."""

from decimal import Decimal

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from creditdesk.models import Assessment, Decision

register = template.Library()

Number = float | Decimal

MISSING = "–"
NARROW_SPACE = "\u202f"
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
VERDICT_ICONS = {"accept": "circle-check", "refuse": "circle-x", "refer": "user-search"}


def _localised(value: Number, digits: int) -> str:
    rounded = Decimal(f"{value:.{digits}f}")
    # Django groups French thousands with a full no-break space; print uses the narrow one.
    return number_format(rounded, digits, force_grouping=True).replace("\xa0", NARROW_SPACE)


def _is_french() -> bool:
    return (get_language() or "").startswith("fr")


@register.filter
def number(value: Number | None, digits: int = 0) -> str:
    """1234.5 -> 1,235 or, with `number:1`, 1,234.5."""
    return MISSING if value is None else _localised(value, digits)


@register.filter
def money(value: Number | None, digits: int = 0) -> str:
    """€1,235 in English, 1 235 € in French."""
    if value is None:
        return MISSING
    amount = _localised(abs(value), digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{amount}\xa0{settings.CURRENCY}" if _is_french() else f"{sign}{settings.CURRENCY}{amount}"


@register.filter
def percent(value: Number | None, digits: int = 1) -> str:
    """0.084 -> 8.4% in English, 8,4 % in French."""
    if value is None:
        return MISSING
    return _localised(value * 100, digits) + (f"{NARROW_SPACE}%" if _is_french() else "%")


@register.filter
def probability(value: float | None, digits: int = 1) -> str:
    """A percentage that never claims certainty: 0.0002 -> < 0.1%, 0.9999 -> > 99.9%."""
    if value is None:
        return MISSING
    least = 10.0 ** -(digits + 2)
    if value < least:
        return f"<\xa0{percent(least, digits)}"
    if value > 1 - least:
        return f">\xa0{percent(1 - least, digits)}"
    return percent(value, digits)


@register.simple_tag
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
