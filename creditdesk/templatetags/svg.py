"""SVG figures of the case page, with positions in percent and colours from the stylesheet alone.

Marks made of numbers alone are written as they are: to escape 500 numbers took a fifth of a tab's time.
"""

from functools import lru_cache
from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.pages import svg_geometry
from creditdesk.pages.case.explanation import Explanation, GroupEffect
from creditdesk.pages.case.peer_comparison import Bin, Distribution
from creditdesk.pages.case.reasons import ReasonItem
from creditdesk.pages.case.similar_clients import SimilarClientsSummary
from creditdesk.pages.case.waterfall import Waterfall
from creditdesk.templatetags.case import exact, side
from scoring.presentation import formatting

register = template.Library()

# A step of no visible width is still drawn.
MIN_WIDTH = 0.3


@register.filter
def at(percent_of_width: float) -> str:
    """Write a position or a length."""
    return f"{percent_of_width:.2f}%"


@register.simple_tag
def step_bar(span: svg_geometry.Span) -> SafeString:
    """Draw one step of a waterfall."""
    return SafeString(
        '<svg width="100%" height="16" aria-hidden="true">'
        f'<rect class="bar" x="{at(span.x)}" y="2" width="{at(max(span.width, MIN_WIDTH))}" height="12" '
        'rx="2"/></svg>'
    )


@register.simple_tag
def waterfall_rows(waterfall: Waterfall) -> SafeString:
    """Render the steps of a waterfall, each with its bar."""
    sides = {code: side(code) for code in ("refuse", "accept", "neither")}
    return format_html_join(
        "",
        '<tr class="towards-{0}" data-part="{1}"><th scope="row">{2}</th><td class="cell-step">{3}</td>'
        '<td class="number">{4}<span class="visually-hidden"> {5}</span></td></tr>',
        (
            (
                step.direction,
                exact(step.change),
                step.label,
                step_bar(step.bar),
                step.amount,
                sides[step.direction],
            )
            for step in waterfall.steps
        ),
    )


@register.simple_tag
def step_mark(position: float) -> SafeString:
    """Draw the start or the end of a waterfall."""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">'
        '<line class="step-line" x1="{0}" x2="{0}" y1="0" y2="16"/></svg>',
        at(position),
    )


@register.simple_tag
def group_bar(group: GroupEffect) -> SafeString:
    """Draw a group's effect on this client, over the pale bar of its mean effect on clients."""
    bar = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
    mean = group.importance_bar
    importance = format_html(bar, "bar-average", at(mean.x), 1, at(mean.width), 14) if mean else ""
    return format_html(
        '<svg width="100%" height="16" aria-hidden="true">{}{}'
        '<line class="zero-line" x1="50%" x2="50%" y1="0" y2="16"/></svg>',
        importance,
        format_html(bar, "bar", at(group.bar.x), 4, at(group.bar.width), 8),
    )


@register.simple_tag
def force_plot(explanation: Explanation) -> SafeString:
    """Draw all groups in one line: those that push right meet those that push left at this client."""
    segments = (
        f'<g class="towards-{segment.direction}"><rect class="bar force-segment" x="{at(segment.span.x)}" '
        f'y="4" width="{at(segment.span.width)}" height="18"/><title>{escape(segment.label)}</title></g>'
        for segment in explanation.force_segments
        if segment.span.width > 0
    )
    summary = gettext(
        "Pushes towards refusal and towards acceptance, in proportion; they meet at this client"
    )
    return format_html(
        '<svg width="100%" height="26" role="img" aria-label="{}">{}'
        '<line class="force-meeting-point" x1="{}" x2="{}" y1="0" y2="26"/></svg>',
        summary,
        SafeString("".join(segments)),
        at(explanation.force_boundary),
        at(explanation.force_boundary),
    )


@register.simple_tag
def default_rates(similar: SimilarClientsSummary) -> SafeString:
    """Draw the default rate of similar clients, with its interval, beside that of the whole sample."""
    end = max(similar.high, similar.sample_rate) * 1.1
    low, rate, high, sample_rate = (
        at(100 * value / end) for value in (similar.low, similar.rate, similar.high, similar.sample_rate)
    )
    return format_html(
        '<svg class="default-rate" width="100%" height="34" role="img" aria-label="{}">'
        '<line class="band-line" x1="0%" x2="100%" y1="12" y2="12"/>'
        '<line class="interval" x1="{}" x2="{}" y1="12" y2="12"/>'
        '<circle class="client" cx="{}" cy="12" r="5"/>'
        '<line class="threshold" x1="{}" x2="{}" y1="3" y2="21"/>'
        '<text x="{}" y="32" text-anchor="middle">{}</text></svg>',
        gettext("Share of similar clients with payment difficulties, with its interval"),
        low,
        high,
        rate,
        sample_rate,
        sample_rate,
        sample_rate,
        gettext("all clients"),
    )


@register.simple_tag
def quantile_band(band: svg_geometry.Band) -> SafeString:
    """Draw outer quantiles as a line, the middle half as a box, the median as a notch, the client as dot."""
    client = "" if band.client is None else f'<circle class="client" cx="{at(band.client)}" cy="9" r="5"/>'
    median = at(band.median)
    return SafeString(
        '<svg width="100%" height="18" aria-hidden="true">'
        f'<line class="band-line" x1="{at(band.low)}" x2="{at(band.high)}" y1="9" y2="9"/>'
        f'<rect class="band-box" x="{at(band.quarter)}" y="4" width="{at(band.middle_width)}" height="10" '
        f'rx="2"/><line class="band-median" x1="{median}" x2="{median}" y1="3" y2="15"/>{client}</svg>'
    )


@register.simple_tag
def histogram(distribution: Distribution) -> SafeString:
    """Draw the segment as bars, all clients as a line of steps; the client's own bar is marked."""
    return format_html(
        '<svg class="histogram" width="100%" height="124" role="img" aria-label="{}">{}</svg>',
        gettext("%(label)s: how the group and all clients are spread, with this client’s place")
        % {"label": distribution.label},
        _bars(distribution.bins, distribution.has_both),
    )


@lru_cache(maxsize=256)
def _bars(bins: tuple[Bin, ...], has_both: bool) -> SafeString:
    """The same for all clients of a group whose bar it is."""
    width = 100 / max(len(bins), 1)
    highest = max((max(bar.share, bar.share_of_all) for bar in bins), default=0.0) or 1.0
    bars, steps, labels = [], [], []
    for position, bar in enumerate(bins):
        x, height, level = position * width, 96 * bar.share / highest, 96 * bar.share_of_all / highest
        css = "bin bin-client" if bar.has_client else "bin"
        bars.append(
            f'<rect class="{css}" x="{at(x + width * 0.06)}" y="{104 - height:.1f}" '
            f'width="{at(width * 0.88)}" height="{height:.1f}"/>'
        )
        if has_both:
            y = f"{104 - level:.1f}"
            steps.append(
                f'<line class="bin-population" x1="{at(x)}" x2="{at(x + width)}" y1="{y}" y2="{y}"/>'
            )
        if position % 5 == 2:
            labels.append((at(x + width / 2), bar.label))
    text = format_html_join("", '<text x="{}" y="120" text-anchor="middle">{}</text>', labels)
    return SafeString("".join([*bars, *steps, text]))


@register.simple_tag
def scale_ticks(scale: svg_geometry.Scale) -> SafeString:
    """Draw the ticks of a probability scale with their labels."""
    rows = (
        (at(tick.x), at(tick.x), at(tick.x), tick.anchor, formatting.percent(tick.value, 0))
        for tick in scale.ticks
    )
    return format_html_join(
        "",
        '<line class="tick" x1="{}" x2="{}" y1="14" y2="18"/><text x="{}" y="31" text-anchor="{}">{}</text>',
        rows,
    )


@register.simple_tag
def reason_item(reason: ReasonItem, verdict: str) -> SafeString:
    """Render a reason; of a verdict other than refer with how strong it is."""
    strength = format_html(
        '<div class="reason-strength" data-strength="{}">{}'
        '<span>{}<span class="visually-hidden"> {}</span></span></div>',
        reason.strength,
        share_bar(reason.bar_width),
        reason.strength_label,
        side(reason.direction),
    )
    return format_html(
        '<li data-reason data-code="{}" data-feature="{}" data-contribution="{}" class="towards-{}">'
        "<h3>{}</h3><p>{}</p>{}</li>",
        reason.code,
        reason.feature,
        exact(reason.contribution),
        reason.direction,
        reason.title,
        reason.text,
        "" if verdict == "refer" else strength,
    )


@register.simple_tag
def share_bar(width: float) -> SafeString:
    """Draw a share from the left, in percent of the widest."""
    return format_html(
        '<svg width="100%" height="14" aria-hidden="true">'
        '<rect class="bar-share" x="0" y="2" width="{}" height="10" rx="2"/></svg>',
        at(width),
    )
