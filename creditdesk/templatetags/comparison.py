"""Rows of the peer comparison: two tables of a dozen rows and more, too many for a template's loop."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.pages.case.peer_comparison import Distribution, PeerComparison
from creditdesk.templatetags.svg import quantile_band
from scoring.presentation import formatting
from scoring.presentation.formatting.language import one_language

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
    median, higher = gettext("median"), gettext("higher than")
    drawn, current = comparison.distribution.feature, SafeString(' aria-current="true"')
    return format_html_join(
        "",
        '<tr><th scope="row"><a id="feature-{0}" class="feature-link" data-main="{0}"{1} '
        'href="{2}{0}#comparison" hx-get="{2}{0}" hx-target="#comparison" hx-swap="outerHTML">{3}</a></th>'
        '<td class="number">{4}</td><td class="cell-band">{5}</td>'
        '<td class="number muted"><span class="cell-label">{6}</span> {7}</td>'
        '<td class="number">{8}</td></tr>',
        (
            (
                compared.feature,
                current if compared.feature == drawn else "",
                address,
                compared.label,
                compared.value,
                quantile_band(compared.band),
                median,
                compared.median,
                _below(higher, compared.below),
            )
            for compared in comparison.features
        ),
    )


def _below(higher: str, share: str) -> str:
    return format_html('<span class="cell-label">{}</span> {}', higher, share) if share else "–"


@register.simple_tag
def distribution_rows(distribution: Distribution) -> SafeString:
    """Render the bars of the histogram as rows of a table."""
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
                    format_html(of_all, formatting.percent(bar.share_of_all))
                    if distribution.has_both
                    else "",
                )
                for bar in distribution.bins
            ),
        )
