"""Rows of the peer comparison: two tables of a dozen rows and more, too many for a template's loop."""

from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.pages.case.peer_comparison import Bin, Distribution, PeerComparison
from creditdesk.templatetags.svg import quantile_band
from scoring.presentation import formatting
from scoring.presentation.formatting.language import by_language, one_language

register = template.Library()


@register.simple_tag
def segment_options(comparison: PeerComparison) -> SafeString:
    """Render the segments to choose from, the chosen one selected."""
    rows = (
        (segment.key, " selected" if segment.key == comparison.segment.key else "", segment.label)
        for segment in comparison.segments
    )
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@register.simple_tag
def compared_rows(comparison: PeerComparison, address: str) -> SafeString:
    """Render the main features, each a link that draws its distribution."""
    median, higher, safe_address = escape(gettext("median")), escape(gettext("higher than")), escape(address)
    drawn = comparison.distribution.feature
    rows = []
    for compared in comparison.features:
        name, current = compared.feature, ' aria-current="true"' if compared.feature == drawn else ""
        below = (
            f'<td class="number"><span class="cell-label">{higher}</span> {escape(compared.below)}</td>'
            if compared.below
            else '<td class="number cell-empty">–</td>'
        )
        rows.append(
            f'<tr><th scope="row"><a id="feature-{name}" class="feature-link" data-main="{name}"{current} '
            f'href="{safe_address}{name}#comparison" hx-get="{safe_address}{name}" hx-target="#comparison" '
            f'hx-swap="outerHTML">{escape(compared.label)}</a></th>'
            f'<td class="number">{escape(compared.value)}</td>'
            f'<td class="cell-band">{quantile_band(compared.band)}</td>'
            f'<td class="number muted"><span class="cell-label">{median}</span> {escape(compared.median)}'
            f"</td>{below}</tr>"
        )
    return SafeString("".join(rows))


@register.simple_tag
def distribution_rows(distribution: Distribution) -> SafeString:
    """Render the bars of the histogram as rows of a table."""
    return _distribution_rows(distribution.bins, distribution.has_both)


# Of a group's histogram nothing but the bar of the client depends on the client.
@by_language(256)
def _distribution_rows(bins: tuple[Bin, ...], has_both: bool) -> SafeString:
    own = format_html(' <span class="badge badge-info">{}</span>', gettext("this client"))
    of_all = '<td class="number">{}</td>'
    with one_language():
        return format_html_join(
            "",
            '<tr{}><th scope="row">{}{}</th><td class="number">{}</td>{}</tr>',
            (
                (
                    SafeString(' class="client-row"') if bar.has_client else "",
                    bar.label,
                    own if bar.has_client else "",
                    formatting.percent(bar.share),
                    format_html(of_all, formatting.percent(bar.share_of_all)) if has_both else "",
                )
                for bar in bins
            ),
        )
