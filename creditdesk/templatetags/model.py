"""Filters of the model pages: labels of figures and cells of their tables, in the reader's language."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from creditdesk.help.glossary import BY_CODE
from creditdesk.pages.drift_samples import sample_in_words
from creditdesk.templatetags.desk import MISSING, term
from scoring.ml.features import catalogue
from scoring.ml.model import population
from scoring.ml.tables.catalogue import TABLES, column
from scoring.models.comparison import StoredCandidate
from scoring.presentation import figure, figures_comparison, formatting
from scoring.presentation.figures_fairness import AGE
from scoring.presentation.metric_labels import LabelledMetric

register = template.Library()


@register.filter
def label_text(label: figure.Label) -> str:
    """Write a label of a figure in the reader's language."""
    if isinstance(label, figure.CatalogueName):
        return _NAMED[label.kind](label)
    if isinstance(label, figure.FeatureBin):
        return _place(label)
    return formatting.number(label, 3) if isinstance(label, float | int) else str(label)


@register.filter
def position(value: float, form: figure.Form) -> str:
    """Write a position on the x axis of a figure as the axis does."""
    return formatting.percent(value, 1) if form == "percent" else formatting.short_number(value)


@register.filter
def cell(value: float | None, shown: figure.Column) -> str:
    """Write a number of a figure's table."""
    if value is None:
        return MISSING
    write = formatting.percent if shown.form == "percent" else formatting.number
    return write(value, shown.digits)


@register.filter
def metric_name(metric: LabelledMetric) -> SafeString | str:
    """Write the name of a metric, with a link to its definition where the glossary has one."""
    code = metric.code.replace("_", "-")
    return term(code, str(metric.label)) if code in BY_CODE else str(metric.label)


@register.filter
def calibration_method(method: str) -> str:
    """Write how raw scores become probabilities."""
    return {"identity": gettext("none needed"), "platt": gettext("Platt’s method")}.get(method, method)


@register.filter
def sample_name(stored: str) -> str:
    """Write the name of a sample of a drift report."""
    return sample_in_words(stored)


@register.filter
def table_names(stems: Iterable[str]) -> list[str]:
    """Write the tables that a version was trained on."""
    labels = {table.stem.lower(): table.label for table in TABLES.values()}
    return [formatting.localize(labels[stem]) if stem in labels else stem for stem in stems]


def _feature(label: figure.CatalogueName) -> str:
    first = formatting.capitalized(catalogue.BY_NAME[label.name].label)
    if not label.attribute:
        return first
    return gettext("{first}, with: {second}").format(
        first=first, second=formatting.localize(catalogue.BY_NAME[label.attribute].label)
    )


def _group(label: figure.CatalogueName) -> str:
    return formatting.localize(catalogue.GROUPS[label.name])


def _clients(label: figure.CatalogueName) -> str:
    if label.attribute == AGE:
        return formatting.localize(population.label(f"{AGE}:{label.name}", ()))
    attribute = column("application", label.attribute)
    if not label.name:
        return formatting.capitalized(attribute.label)
    return formatting.column_in_words(attribute, label.name)


def _place(label: figure.FeatureBin) -> str:
    feature = catalogue.BY_NAME[label.feature]
    if label.code is not None:
        return formatting.feature_in_words(feature, float(label.code))
    if label.low is None or label.high is None:
        return gettext("missing")
    low, high = formatting.ends_in_words(feature, label.low, label.high)
    return low if low == high else gettext("{low} to {high}").format(low=low, high=high)


_NAMED = {"feature": _feature, "group": _group, "clients": _clients}


@register.filter
def candidate(row: StoredCandidate) -> str:
    """Write the name of a candidate of a comparison."""
    return figures_comparison.candidate(row)


@register.filter
def candidate_description(row: StoredCandidate) -> str:
    """Write one sentence about a candidate of a comparison."""
    return figures_comparison.description(row)
