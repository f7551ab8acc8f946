"""Tags and filters of the case page: exact numbers for programs, table rows, event icons."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from accounts.models import User
from creditdesk.forms.affordability import ChargesForm
from creditdesk.forms.simulation import entered_value
from creditdesk.models import Correction, DeclaredCharges
from creditdesk.pages.case.client_profile import Line, Section
from creditdesk.pages.case.events import Event
from creditdesk.pages.case.explanation import FeatureRow
from creditdesk.pages.case.reasons import FeatureEffect
from creditdesk.templatetags.desk import VERDICT_ICONS, icon
from scoring.ml.tables.catalogue import HISTORY, TABLES, column
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

register = template.Library()

EVENT_ICONS = {
    "assessment": "cpu",
    "decision": "scale",
    "opinion": "scale",
    "check": "users",
    "note": "note",
    "note_removed": "x",
    "claim": "briefcase",
    "release": "arrow-back-up",
    "share": "users",
    "escalation": "arrow-right",
    "answer": "message",
    "contest": "message",
    "review": "scale",
    "letter": "file-text",
    "assignment": "send",
    "team_referral": "users",
    "snooze": "hourglass",
    "wake": "clock",
    "correction": "note",
    "charges": "note",
    "document": "file-text",
    "removal": "x",
    "request": "message",
    "merge": "users",
    "parting": "users",
    "withdrawal": "arrow-back-up",
    "reopening": "refresh",
}

# Characters of a note or a reason that the history shows before it is unfolded.
FOLDED_LENGTH = 160

# The keys that static/js/case.js listens to.
OUTCOME_KEYS = {"accept": "a", "refuse": "r", "refer": "f"}


@register.filter
def exact(value: float | None) -> str:
    """Write every digit of a float, in the form that programs read."""
    return "" if value is None else repr(value)


@register.filter
def shown(amount: float) -> float:
    """Return an amount of the tables as people read it."""
    return formatting.shown_amount(amount)


@register.filter
def as_entered(value: float | None, name: str) -> str:
    """Write the value of an editable field of the simulation as its form reads it."""
    return entered_value(name, None if value is None else float(value))


@register.filter
def side(direction: str) -> str:
    """Return in words what the side and the colour of a bar show, for screen readers."""
    return {"refuse": gettext("towards refusal"), "accept": gettext("towards acceptance")}.get(direction, "")


@register.filter
def folded(text: str) -> SafeString:
    """Write a text in paragraphs; of a long one the beginning, which unfolds to the whole of it."""
    paragraphs = linebreaks(text, autoescape=True)
    if len(text) <= FOLDED_LENGTH:
        return SafeString(paragraphs)
    beginning = Truncator(text).chars(FOLDED_LENGTH, truncate=" …")
    return format_html(
        '<details class="folded prints-open"><summary><span>{}</span></summary>{}</details>',
        beginning,
        SafeString(paragraphs),
    )


@register.simple_tag
def feature_row(row: FeatureRow) -> SafeString:
    """Render a feature of an expanded group: dozens of rows, too many for a template's loop."""
    return format_html(
        '<tr class="towards-{}"><th scope="row">{}</th><td>{}</td><td class="muted">{}</td>'
        '<td class="number">{}</td><td class="number muted">{}</td></tr>',
        row.direction,
        row.effect.label,
        row.effect.value,
        row.reference_range or "–",
        row.effect.amount,
        row.importance or "–",
    )


@register.simple_tag
def effect_row(effect: FeatureEffect) -> SafeString:
    """Render a feature in the table of all of them."""
    return format_html(
        '<tr><th scope="row">{}</th><td class="muted">{}</td><td>{}</td><td class="number">{}</td></tr>',
        effect.label,
        effect.group,
        effect.value,
        effect.amount,
    )


@register.simple_tag
def profile_section(section: Section, level: int = 3, is_folded: bool = False) -> SafeString:
    """Render a section of the client profile: at times hundreds of lines, too many for a template's loop."""
    css = "table-state" if section.is_provided else "table-state table-state-absent"
    note = format_html(' <small class="{}">{}</small>', css, section.state) if section.state else ""
    lines = format_html("<dl>{}</dl>", _lines(section.lines)) if section.lines else ""
    heading = format_html("<h{0}>{1}{2}</h{0}>", level, section.title, note)
    if is_folded and lines:
        fold = '<details class="profile-section prints-open"><summary><span>{}</span></summary>{}</details>'
        return format_html(fold, heading, lines)
    return format_html('<div class="profile-section">{}{}</div>', heading, lines)


def _lines(lines: Sequence[Line]) -> SafeString:
    rows = ((line.label, "missing" if line.is_missing else "known", line.value) for line in lines)
    return format_html_join("", '<div><dt>{}</dt><dd class="{}">{}</dd></div>', rows)


@register.filter
def person(user: User | None) -> str:
    """Return the name of a colleague; imports and migrations act without a person."""
    return gettext("the system") if user is None else user.get_full_name() or user.get_username()


@register.simple_tag
def verdict_icon(verdict: str) -> SafeString:
    return icon(VERDICT_ICONS[verdict], "icon-verdict")


@register.filter
def outcome_key(outcome: str) -> str:
    """Return the key that chooses an outcome; it never records one."""
    return OUTCOME_KEYS[outcome]


@register.simple_tag
def corrected_values(correction: Correction) -> SafeString:
    """List what a correction changed: the value before and after, in words."""
    rows = (_correction(name, *values) for name, values in correction.changes.items())
    words = (
        (formatting.labelled(formatting.capitalized(label), f"{before} → {after}"),)
        for label, (before, after) in rows
    )
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", words))


def _correction(name: str, before: Any, after: Any) -> tuple[Text, list[str]]:
    """Label and values in words of one change: of a history table the numbers of its rows."""
    if name in HISTORY:
        counts = (formatting.missing_in_words(name, {}) if n is None else _rows(n) for n in (before, after))
        return TABLES[name].label, list(counts)
    changed = column("application", name)
    return changed.label, list(formatting.change_in_words(changed, before, after))


def _rows(count: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", count) % {"n": formatting.number(count)}


@register.simple_tag
def declared_values(event: Event) -> SafeString:
    """List the charges that a client declared, each with its value before where that was another one."""
    if not isinstance(event.record, DeclaredCharges):
        return SafeString("")
    before = event.previous.amounts if isinstance(event.previous, DeclaredCharges) else {}
    words = (
        (
            formatting.labelled(
                str(field.label), _declared(name, before.get(name), event.record.amounts[name])
            ),
        )
        for name, field in ChargesForm.base_fields.items()
    )
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", words))


def _declared(name: str, before: float | None, after: float) -> str:
    write = formatting.number if name == "members" else formatting.money
    return write(after) if before is None or before == after else f"{write(before)} → {write(after)}"


@register.filter
def event_icon(event: Event) -> str:
    return EVENT_ICONS[event.kind]
