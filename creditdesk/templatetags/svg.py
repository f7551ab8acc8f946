"""The drawings of a case page: SVG whose places are percentages, coloured by the stylesheet alone."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.pages import svg_geometry
from creditdesk.pages.case.explanation import Explanation, Group
from creditdesk.pages.case.peer_comparison import Distribution
from creditdesk.pages.case.similar_clients import Similar
from scoring.presentation import formatting

register = template.Library()

# A step too small to be seen is still a step.
LEAST_WIDTH = 0.3


@register.filter
def at(percent_of_width: float) -> str:
    """A place or length in a drawing."""
    return f"{percent_of_width:.2f}%"


@register.simple_tag
def effect_bar(bar: svg_geometry.Bar) -> SafeString:
    """A contribution, from the middle to the side it pushes to."""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">'
        '<rect class="bar" x="{}" y="2" width="{}" height="12" rx="2"/>'
        '<line class="zero" x1="50%" x2="50%" y1="0" y2="16"/></svg>',
        at(bar.x),
        at(bar.width),
    )


@register.simple_tag
def step_bar(span: svg_geometry.Span) -> SafeString:
    """One step of a waterfall, from where to where."""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">'
        '<rect class="bar" x="{}" y="2" width="{}" height="12" rx="2"/></svg>',
        at(span.x),
        at(max(span.width, LEAST_WIDTH)),
    )


@register.simple_tag
def step_mark(place: float) -> SafeString:
    """Where a waterfall starts or ends."""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">'
        '<line class="step-line" x1="{0}" x2="{0}" y1="0" y2="16"/></svg>',
        at(place),
    )


@register.simple_tag
def group_bar(group: Group) -> SafeString:
    """A group's effect on this client, before the pale bar of its effect on clients on average."""
    bar = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
    usual = group.usual and format_html(bar, "usual", at(group.usual.x), 1, at(group.usual.width), 14)
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">{}{}'
        '<line class="zero" x1="50%" x2="50%" y1="0" y2="16"/></svg>',
        usual or "",
        format_html(bar, "bar", at(group.bar.x), 4, at(group.bar.width), 8),
    )


@register.simple_tag
def force_line(told: Explanation) -> SafeString:
    """All groups in one line: what pushes to the right meets what pushes to the left at this client."""
    rows = (
        (push.towards, at(push.span.x), at(push.span.width), push.label)
        for push in told.pushes
        if push.span.width > 0
    )
    summary = gettext(
        "Pushes towards refusal and towards acceptance, in proportion; they meet at this client"
    )
    return format_html(
        '<svg width="100%" height="26" role="img" aria-label="{}">{}'
        '<line class="meets" x1="{}" x2="{}" y1="0" y2="26"/></svg>',
        summary,
        format_html_join(
            "",
            '<g class="towards-{}"><rect class="bar push" x="{}" y="4" width="{}" height="18"/>'
            "<title>{}</title></g>",
            rows,
        ),
        at(told.force_at),
        at(told.force_at),
    )


@register.simple_tag
def rate_line(near: Similar) -> SafeString:
    """The share of similar clients that defaulted, with its interval, beside that of all clients."""
    most = max(near.high, near.everybody) * 1.1
    low, rate, high, everybody = (
        at(100 * value / most) for value in (near.low, near.rate, near.high, near.everybody)
    )
    return format_html(
        '<svg class="rate" width="100%" height="34" role="img" aria-label="{}">'
        '<line class="band-line" x1="0%" x2="100%" y1="12" y2="12"/>'
        '<line class="interval" x1="{}" x2="{}" y1="12" y2="12"/>'
        '<circle class="client" cx="{}" cy="12" r="5"/>'
        '<line class="threshold" x1="{}" x2="{}" y1="3" y2="21"/>'
        '<text x="{}" y="32" text-anchor="middle">{}</text></svg>',
        gettext("Share of similar clients with payment difficulties, with its interval"),
        low,
        high,
        rate,
        everybody,
        everybody,
        everybody,
        gettext("all clients"),
    )


@register.simple_tag
def quantile_band(band: svg_geometry.Band) -> SafeString:
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
def histogram(one: Distribution) -> SafeString:
    """The group as bars, everybody as a line of steps, the client's own bar marked."""
    width, tallest = 100 / max(len(one.cells), 1), one.highest or 1.0
    bars, steps, labels = [], [], []
    for number, cell in enumerate(one.cells):
        x, height, level = number * width, 96 * cell.share / tallest, 96 * cell.everybody / tallest
        css = "bin bin-client" if cell.client else "bin"
        bars.append((css, at(x + width * 0.06), f"{104 - height:.1f}", at(width * 0.88), f"{height:.1f}"))
        if one.has_both:
            steps.append((at(x), at(x + width), f"{104 - level:.1f}", f"{104 - level:.1f}"))
        if number % 5 == 2:
            labels.append((at(x + width / 2), cell.label))
    return format_html(
        '<svg class="histogram" width="100%" height="124" role="img" aria-label="{}">{}{}{}</svg>',
        gettext("%(label)s: how the group and all clients are spread, with this client’s place")
        % {"label": one.label},
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        format_html_join("", '<line class="bin-all" x1="{}" x2="{}" y1="{}" y2="{}"/>', steps),
        format_html_join("", '<text x="{}" y="120" text-anchor="middle">{}</text>', labels),
    )


@register.simple_tag
def scale_ticks(scale: svg_geometry.Scale) -> SafeString:
    rows = (
        (at(tick.x), at(tick.x), at(tick.x), tick.anchor, formatting.percent(tick.value, 0))
        for tick in scale.ticks
    )
    return format_html_join(
        "",
        '<line class="tick" x1="{}" x2="{}" y1="46" y2="51"/>'
        '<text class="tick-label" x="{}" y="64" text-anchor="{}">{}</text>',
        rows,
    )


@register.simple_tag
def share_bar(width: float) -> SafeString:
    """A share from the left, in percent of the widest."""
    return format_html(
        '<svg width="100%" height="14" aria-hidden="true">'
        '<rect class="share" x="0" y="2" width="{}" height="10" rx="2"/></svg>',
        at(width),
    )
