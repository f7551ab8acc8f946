"""Numbers for machines (never in the reader's form) and marks of a case page."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import User
from creditdesk import wording
from creditdesk.casepage.timeline import Event
from creditdesk.templatetags.desk import VERDICT_ICONS, icon

register = template.Library()


@register.filter
def exact(value: float | None) -> str:
    """Every digit of a float, in the form that programs read."""
    return "" if value is None else repr(value)


@register.filter
def at(percent_of_width: float) -> str:
    """A place or length in a drawing."""
    return f"{percent_of_width:.2f}%"


@register.filter
def whole_percent(value: float) -> str:
    return wording.percent(value, 0)


@register.filter
def person(user: User | None) -> str:
    """A colleague as they are called; imports and migrations act without a person."""
    return gettext("the system") if user is None else user.get_full_name() or user.get_username()


@register.simple_tag
def verdict_icon(verdict: str) -> SafeString:
    return icon(VERDICT_ICONS[verdict], "icon-verdict")


@register.filter
def event_icon(event: Event) -> str:
    return {"assessment": "cpu", "decision": "scale", "check": "users", "note": "note"}[event.kind]
