"""Fields of the simulation: a number with its slider, half a dozen times."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.pages.simulation.page import Control
from creditdesk.templatetags.case import exact

register = template.Library()


@register.simple_tag
def simulation_control(control: Control) -> SafeString:
    """Render the number, its slider, and the marks that a script and a refusal fill in."""
    field, errors = control.field, control.field.errors
    derived: str = ""
    if control.derived:
        hidden = '<input type="hidden" name="derived_{}" value="{}">'
        derived = format_html(hidden, field.name, control.derived)
    mark = "data-derived" if control.derived else "data-entered" if control.is_entered else ""
    return format_html(
        '<div class="field simulation-field"><label for="{id}">{label}</label>'
        '<input id="{id}" name="{name}" type="text" inputmode="decimal" autocomplete="off" value="{value}" '
        'data-on-file="{on_file}" {mark} aria-describedby="{name}-help {name}-derived {name}-error"{invalid}>'
        '<input type="range" min="{low}" max="{high}" step="{step}" value="{at}" data-slider-for="{id}" '
        'aria-label="{slider}">{derived}'
        '<span class="derived-mark" id="{name}-derived"{hidden}>{calculated}</span>'
        '<span class="helptext" id="{name}-help">{help}</span>'
        '<span class="field-error" id="{name}-error">{errors}</span></div>',
        id=field.id_for_label,
        label=field.label,
        name=field.name,
        value=control.value,
        on_file=field.field.initial,
        mark=mark,
        invalid=SafeString(' aria-invalid="true"') if errors else "",
        low=exact(control.low),
        high=exact(control.high),
        step=exact(control.step),
        at=exact(control.at),
        slider=gettext("%(field)s, slider") % {"field": field.label},
        derived=derived,
        hidden="" if control.derived else " hidden",
        calculated=gettext("calculated from the others"),
        help=field.help_text,
        errors=" ".join(map(str, errors)),
    )
