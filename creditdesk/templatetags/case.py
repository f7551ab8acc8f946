"""Numbers for machines (never in the reader's form) and marks of a case page."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import User
from creditdesk import charts, wording
from creditdesk.casepage.sheet import Line, Section
from creditdesk.casepage.timeline import Event
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
def at(percent_of_width: float) -> str:
    """A place or length in a drawing."""
    return f"{percent_of_width:.2f}%"


@register.filter
def side(towards: str) -> str:
    """What a bar's side and colour say, for whoever sees neither."""
    return {"refuse": gettext("towards refusal"), "accept": gettext("towards acceptance")}.get(towards, "")


@register.simple_tag
def scale_ticks(scale: charts.Scale) -> SafeString:
    rows = (
        (at(tick.x), at(tick.x), at(tick.x), tick.anchor, wording.percent(tick.value, 0))
        for tick in scale.ticks
    )
    return format_html_join(
        "",
        '<line class="tick" x1="{}" x2="{}" y1="46" y2="51"/>'
        '<text class="tick-label" x="{}" y="64" text-anchor="{}">{}</text>',
        rows,
    )


@register.simple_tag
def effect_bar(bar: charts.Bar) -> SafeString:
    """A contribution, from the middle to the side it pushes to."""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">'
        '<rect class="bar" x="{}" y="2" width="{}" height="12" rx="2"/>'
        '<line class="zero" x1="50%" x2="50%" y1="0" y2="16"/></svg>',
        at(bar.x),
        at(bar.width),
    )


@register.simple_tag
def quantile_band(band: charts.Band) -> SafeString:
    """Where the client stands: outer quantiles as a line, the middle half as a box, the median as a notch."""
    mark = '<circle class="client" cx="{}" cy="9" r="5"/>'
    client = "" if band.client is None else format_html(mark, at(band.client))
    return format_html(
        '<svg width="100%" height="18" aria-hidden="true">'
        '<line class="band-line" x1="{}" x2="{}" y1="9" y2="9"/>'
        '<rect class="band-box" x="{}" y="4" width="{}" height="10" rx="2"/>'
        '<line class="band-median" x1="{}" x2="{}" y1="3" y2="15"/>{}</svg>',
        at(band.low),
        at(band.high),
        at(band.quarter),
        at(band.middle_width),
        at(band.median),
        at(band.median),
        client,
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
