"""Tags and filters of every page: numbers in the reader's language, icons and badges."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext
from markdown_it import MarkdownIt

from creditdesk.help.glossary import BY_CODE
from creditdesk.models import Assessment, Decision
from creditdesk.pages.listed_cases import ListedCase, ListedDecision, ListedVerdict
from creditdesk.templatetags.quick_urls import quick_reverse
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting
from scoring.presentation.formatting.language import by_language

register = template.Library()

# Django resolves a name that the context does not hold to the empty string.
Number = float | Decimal | str | None

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")

MISSING = "–"
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
VERDICT_ICONS = {"accept": "circle-check", "refuse": "circle-x", "refer": "user-search"}


@register.filter
def number(value: Number, decimals: int = 0) -> str:
    """Write 1234.5 as 1,235 or, with `number:1`, as 1,234.5."""
    return MISSING if value is None or isinstance(value, str) else formatting.number(float(value), decimals)


@register.simple_tag
def interval(estimate: Estimate | str | None, decimals: int) -> str:
    """Write a figure with the bounds of its interval: 0.512 (0.480 – 0.541)."""
    if not isinstance(estimate, Estimate):
        return MISSING
    value, low, high = (number(bound, decimals) for bound in (estimate.value, estimate.low, estimate.high))
    return format_html('{} <span class="interval">({} – {})</span>', value, low, high)


@register.filter
def money(value: Number) -> str:
    """Write €1,235 in English, 1 235 € in French."""
    return MISSING if value is None or isinstance(value, str) else formatting.money(float(value))


@register.filter
def labelled(label: object, value: object) -> str:
    """Write "label: value" with the space of the language before the colon."""
    return formatting.labelled(str(label), str(value))


@register.filter
def long_day(day: date) -> str:
    """Write 1 September 2026 in English, 1er septembre 2026 in French."""
    return formatting.written_date(day, "DATE_FORMAT")


@register.filter
def percent(value: Number, decimals: int = 1) -> str:
    """Write 0.084 as 8.4% in English, 8,4 % in French."""
    return MISSING if value is None or isinstance(value, str) else formatting.percent(float(value), decimals)


@register.filter
def probability(value: Number, decimals: int = 1) -> str:
    """Write a percentage that never claims certainty: 0.0002 as < 0.1%, 0.9999 as > 99.9%."""
    if value is None or isinstance(value, str):
        return MISSING
    smallest = 10.0 ** -(decimals + 2)
    if value < smallest:
        return f"<{formatting.NO_BREAK}{percent(smallest, decimals)}"
    if value > 1 - smallest:
        return f">{formatting.NO_BREAK}{percent(1 - smallest, decimals)}"
    return percent(value, decimals)


@register.filter
def contract(value: str) -> str:
    """Write the contract type in the reader's language."""
    return _contract(value)


@by_language(32)
def _contract(value: str) -> str:
    return formatting.column_in_words(column("application", "NAME_CONTRACT_TYPE"), value)


@register.filter
def markdown(text: str) -> SafeString:
    """Render a model card as HTML. HTML inside it is shown as text, and its links can only be addresses."""
    tokens = _MARKDOWN.parse(text)
    # Aligned table cells carry a style attribute, which the content security policy refuses.
    for token in tokens:
        token.attrs.pop("style", None)
    return SafeString(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, css: str = "") -> SafeString:
    """Render a symbol of the sprite, hidden from screen readers: the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        staticfiles_storage.url(SPRITE),
        name,
    )


@lru_cache(maxsize=256)
def _badge(kind: str, symbol: str, label: str) -> SafeString:
    return format_html('<span class="badge badge-{}">{}{}</span>', kind, icon(symbol), label)


@by_language(1024)
def _day(day: date, format_name: str) -> str:
    return formatting.written_date(day, format_name)


@register.simple_tag
def verdict_badge(verdict: str) -> SafeString:
    """Render what the model recommends: an icon and a word, never a colour alone."""
    return _verdict_badge(str(verdict))


@by_language(8)
def _verdict_badge(verdict: str) -> SafeString:
    return _badge(verdict, VERDICT_ICONS[verdict], str(Assessment.Verdict(verdict).label))


@register.simple_tag
def decision_badge(decision: Decision | ListedDecision) -> SafeString:
    """Render what a person decided; a proposal that waits for a second person is marked as such."""
    return _decision_badge(decision.outcome, decision.status)


@by_language(32)
def _decision_badge(outcome: str, status: str) -> SafeString:
    decided, state = (str(Decision.Outcome(outcome).label), str(Decision.Status(status).label))
    if status == Decision.Status.FINAL:
        return _badge(outcome, VERDICT_ICONS[outcome], decided)
    label = pgettext("decision that is not final", "{outcome}, {status}")
    return _badge("waiting", "hourglass", label.format(outcome=decided, status=state))


@register.simple_tag
def withdrawn_badge() -> SafeString:
    """Render that the client has withdrawn the application: neither accepted nor refused."""
    return format_html(
        '<span class="badge">{}{}</span>', icon("arrow-back-up"), pgettext("case", "withdrawn")
    )


@register.filter
def localized(text: Text) -> str:
    """Write a text of the glossary in the reader's language."""
    return formatting.localize(text)


@register.simple_tag
def term(code: str, text: str = "") -> SafeString:
    """Render a term of the glossary, or what stands for it, as a link to its definition.

    Raises KeyError for an unknown one.
    """
    name = text or formatting.localize(BY_CODE[code].name)
    address = quick_reverse("help") or reverse("help")
    return format_html('<a class="term" href="{}#{}">{}</a>', address, code, name)


@register.simple_tag
def terms(*codes: str) -> SafeString:
    """Render the terms that a page uses in places where no link can stand: column heads, labels, charts."""
    links = format_html_join(" · ", "{}", ((term(code),) for code in codes))
    return format_html('<p class="terms">{} {}</p>', gettext("Explained in the help:"), links)


@register.simple_tag
def waiting(case: ListedCase) -> SafeString:
    """Render since when a case waits, in days; of a closed case, the day of the application alone."""
    day = _day(case.submitted_on, "DATE_FORMAT")
    if case.is_closed:
        return format_html('<span class="muted">{}</span>', day)
    return _waiting(case.waiting_days, day)


@by_language(1024)
def _waiting(days: int, day: str) -> SafeString:
    text = ngettext("%(days)s day", "%(days)s days", days) % {"days": formatting.number(float(days))}
    return format_html('<span data-waiting="{}">{}</span> <small class="muted">{}</small>', days, text, day)


@register.simple_tag
def due(case: ListedCase) -> SafeString:
    """Render the day by which an open case should be decided, or an open contest answered."""
    contest = next(iter(case.contests), None)
    day = contest.due_on if contest else case.due_on if case.is_open else None
    return format_html("{}", _day(day, "SHORT_DATE_FORMAT") if day else MISSING)


@register.filter
def closeness(assessment: ListedVerdict | None) -> str:
    """Write how far the probability is from the threshold, in points; the sign shows the side."""
    if assessment is None or assessment.probability is None or assessment.threshold is None:
        return MISSING
    points = (assessment.probability - assessment.threshold) * 100
    return f"{'+' if points > 0 else ''}{formatting.number(points, 1)}"


@register.simple_tag
def queue_marks(case: ListedCase) -> SafeString:
    """Render who works on a case of the list, whether it is escalated, contested or late."""
    return SafeString(" ".join(_queue_marks(case)))


def _queue_marks(case: ListedCase) -> Iterator[SafeString]:
    contest, is_open = next(iter(case.contests), None), case.is_open
    if contest:
        due = _day(contest.due_on, "SHORT_DATE_FORMAT")
        yield _badge("waiting", "message", gettext("contested, due %(day)s") % {"day": due})
    if (contest and contest.is_late) or (is_open and case.due_on < timezone.localdate()):
        yield _mark("late")
    if is_open and case.is_escalated:
        yield _mark("escalated")
    if is_open and case.claimed_by:
        yield _badge("info", "briefcase", case.claimed_by[0])
    elif is_open and case.is_shared:
        yield _mark("shared")


@by_language(8)
def _mark(queue: str) -> SafeString:
    marks = {
        "late": ("refuse", "alert-triangle", gettext("late")),
        "escalated": ("refer", "arrow-right", gettext("with a manager")),
        "shared": ("info", "users", gettext("shared")),
    }
    return _badge(*marks[queue])
