"""Numbers for machines (never in the reader's form) and marks of a case page."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.pages.case.client_profile import Line, Section
from creditdesk.pages.case.explanation import Unfolded
from creditdesk.pages.case.reasons import Effect
from creditdesk.pages.case.timeline import Event
from creditdesk.templatetags.desk import VERDICT_ICONS, icon

register = template.Library()

EVENT_ICONS = {
    "assessment": "cpu",
    "decision": "scale",
    "check": "users",
    "note": "note",
    "claim": "briefcase",
    "release": "arrow-back-up",
    "share": "users",
    "escalation": "arrow-right",
    "answer": "message",
    "contest": "message",
    "examination": "scale",
    "letter": "file-text",
}


@register.filter
def exact(value: float | None) -> str:
    """Every digit of a float, in the form that programs read."""
    return "" if value is None else repr(value)


@register.filter
def side(towards: str) -> str:
    """What a bar's side and colour say, for whoever sees neither."""
    return {"refuse": gettext("towards refusal"), "accept": gettext("towards acceptance")}.get(towards, "")


@register.simple_tag
def feature_row(one: Unfolded) -> SafeString:
    """A feature of an unfolded group: dozens of rows, too many for a template's loop."""
    return format_html(
        '<tr class="towards-{}"><th scope="row">{}</th><td>{}</td><td class="muted">{}</td>'
        '<td class="figure">{}</td><td class="figure muted">{}</td></tr>',
        one.towards,
        one.effect.label,
        one.effect.value,
        one.usual or "–",
        one.effect.amount,
        one.importance or "–",
    )


@register.simple_tag
def effect_row(one: Effect) -> SafeString:
    """A feature among all of them."""
    return format_html(
        '<tr><th scope="row">{}</th><td class="muted">{}</td><td>{}</td><td class="figure">{}</td></tr>',
        one.label,
        one.group,
        one.value,
        one.amount,
    )


@register.simple_tag
def sheet_section(section: Section) -> SafeString:
    """A part of the client sheet: hundreds of lines at times, too many for a template's loop."""
    state = "state" if section.provided else "state state-absent"
    note = format_html(' <small class="{}">{}</small>', state, section.state) if section.state else ""
    lines = format_html("<dl>{}</dl>", _lines(section.lines)) if section.lines else ""
    return format_html('<div class="sheet-part"><h4>{}{}</h4>{}</div>', section.title, note, lines)


def _lines(lines: Sequence[Line]) -> SafeString:
    rows = ((line.label, "missing" if line.is_missing else "known", line.value) for line in lines)
    return format_html_join("", '<div><dt>{}</dt><dd class="{}">{}</dd></div>', rows)


@register.filter
def person(user: User | None) -> str:
    """A colleague as they are called; imports and migrations act without a person."""
    return gettext("the system") if user is None else user.get_full_name() or user.get_username()


@register.simple_tag
def verdict_icon(verdict: str) -> SafeString:
    return icon(VERDICT_ICONS[verdict], "icon-verdict")


@register.filter
def event_icon(event: Event) -> str:
    return EVENT_ICONS[event.kind]
