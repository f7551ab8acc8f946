"""Peer comparison: a client's main features among all clients and among those of a chosen segment."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from creditdesk.pages import svg_geometry
from scoring.ml.features import catalogue
from scoring.ml.features.frames import Record
from scoring.ml.features.plan import plan_of
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model.manifest_sections import FeatureDistribution, PopulationSection
from scoring.ml.model.population import ALL, segments_of
from scoring.presentation import formatting
from scoring.presentation.formatting.language import by_language, one_language


@dataclass(frozen=True, slots=True)
class Segment:
    key: str
    label: str
    clients: int


@dataclass(frozen=True, slots=True)
class ComparedFeature:
    """One main feature: the client's value, the segment's median, the share of the segment below it."""

    feature: str
    label: str
    value: str
    median: str
    below: str
    band: svg_geometry.Band


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram: the share of the segment and of all clients in it; whether the client is."""

    label: str
    share: float
    share_of_all: float
    has_client: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """Histogram of one main feature over the segment and over all clients, in the words of its unit."""

    feature: str
    label: str
    value: str
    median: str
    below: str
    below_of_all: str
    bins: tuple[Bin, ...]
    has_both: bool


@dataclass(frozen=True, slots=True)
class PeerComparison:
    segments: tuple[Segment, ...]
    segment: Segment
    features: tuple[ComparedFeature, ...]
    distribution: Distribution


@dataclass(frozen=True, slots=True)
class _Peers:
    """One main feature: its distribution over a segment, and the client's value (NaN where missing)."""

    feature: Feature
    distribution: FeatureDistribution
    edges: Sequence[float]
    value: float

    @property
    def median(self) -> float:
        quantiles = self.distribution.quantiles
        return quantiles[len(quantiles) // 2]

    @property
    def shares(self) -> list[float]:
        """The share of the segment in each bin."""
        total = sum(self.distribution.histogram) or 1
        return [count / total for count in self.distribution.histogram]


def peer_comparison(
    population: PopulationSection,
    record: Record,
    assessed: Mapping[str, float],
    *,
    segment: str,
    feature: str,
) -> PeerComparison | None:
    """Compare a client with a segment of the population, and draw the distribution of one feature.

    `assessed` are the features of the model, as it read them; the main features that it does not have are
    computed from the record. An impossible choice falls back to all clients and to the first
    feature that is not missing; None for a population without segments.
    """
    segments = _segments(population, record)
    if ALL not in segments:
        return None
    chosen = segments.get(segment) or segments[ALL]
    peers = _main_features(population, chosen.key, {**_missing_values(record, assessed), **assessed})
    not_missing = [item for item in peers if not math.isnan(item.value)]
    named = [item for item in peers if item.feature.name == feature]
    drawn = (named or not_missing or peers)[0]
    everybody = replace(drawn, distribution=population.segments[ALL][drawn.feature.name])
    with one_language():
        return PeerComparison(
            segments=tuple(segments.values()),
            segment=chosen,
            features=tuple(_compared(item) for item in peers),
            distribution=_distribution(drawn, everybody),
        )


def share_below(value: float, edges: Sequence[float], counts: Sequence[float]) -> float:
    """Return the share of a histogram below a value, taking each bin as uniform."""
    total = sum(counts)
    if not total or value <= edges[0]:
        return 0.0
    if value >= edges[-1]:
        return 1.0
    position = bisect_right(edges, value) - 1
    inside = (value - edges[position]) / (edges[position + 1] - edges[position])
    return (sum(counts[:position]) + inside * counts[position]) / total


def _segments(population: PopulationSection, application: Record) -> dict[str, Segment]:
    """Return the segments of the client that are large enough for the model to hold them."""
    edges = population.income_edges
    return {
        key: Segment(key, formatting.localize(label), _clients(population.segments[key]))
        for key, label in segments_of(application, edges, _amounts(tuple(edges)))
        if key in population.segments
    }


def _clients(distributions: Mapping[str, FeatureDistribution]) -> int:
    return max((distribution.clients for distribution in distributions.values()), default=0)


def _missing_values(record: Record, assessed: Mapping[str, float]) -> dict[str, float]:
    """The main features that the model does not have."""
    names = tuple(name for name in catalogue.MAIN if name not in assessed)
    return dict(zip(names, plan_of(names).of_records([record])[0], strict=True)) if names else {}


def _main_features(population: PopulationSection, segment: str, values: Mapping[str, float]) -> list[_Peers]:
    distributions, edges = population.segments[segment], population.edges
    return [
        _Peers(catalogue.BY_NAME[name], distributions[name], edges[name], values.get(name, math.nan))
        for name in catalogue.MAIN
        if name in distributions and name in edges
    ]


def _compared(peers: _Peers) -> ComparedFeature:
    sign = _sign(peers.feature)
    quantiles = [sign * quantile for quantile in peers.distribution.quantiles]
    if sign < 0:
        quantiles.reverse()
    return ComparedFeature(
        feature=peers.feature.name,
        label=_label(peers.feature.name),
        value=formatting.feature_in_words(peers.feature, peers.value),
        median=_median_in_words(peers.feature.name, peers.median),
        below=_below(peers),
        band=svg_geometry.band(quantiles, None if math.isnan(peers.value) else sign * peers.value),
    )


def _below(peers: _Peers) -> str:
    """Return the share of the segment below the client, as a person counts; "" where the value is missing."""
    if math.isnan(peers.value):
        return ""
    share = share_below(peers.value, peers.edges, peers.distribution.histogram)
    return formatting.percent(1 - share if _sign(peers.feature) < 0 else share, 0)


def _distribution(peers: _Peers, everybody: _Peers) -> Distribution:
    bins = [
        Bin(
            label=label,
            share=share,
            share_of_all=share_of_all,
            has_client=low <= peers.value < high,
        )
        for label, low, high, share, share_of_all in zip(
            _bin_labels(peers.feature.name, tuple(peers.edges)),
            peers.edges,
            peers.edges[1:],
            peers.shares,
            everybody.shares,
            strict=False,
        )
    ]
    if _sign(peers.feature) < 0:
        bins.reverse()
    return Distribution(
        feature=peers.feature.name,
        label=_label(peers.feature.name),
        value=formatting.feature_in_words(peers.feature, peers.value),
        median=_median_in_words(peers.feature.name, peers.median),
        below=_below(peers),
        below_of_all=_below(everybody),
        bins=tuple(bins),
        has_both=peers.distribution is not everybody.distribution,
    )


# What is said of the population is the same for every client that is compared with it.
@by_language(16)
def _amounts(edges: tuple[float, ...]) -> list[str]:
    return [formatting.money(edge) for edge in edges]


@by_language(64)
def _label(feature: str) -> str:
    return formatting.capitalized(catalogue.BY_NAME[feature].label)


@by_language(1024)
def _median_in_words(feature: str, median: float) -> str:
    return formatting.feature_in_words(catalogue.BY_NAME[feature], median)


@by_language(64)
def _bin_labels(feature: str, edges: tuple[float, ...]) -> tuple[str, ...]:
    """The middle of each bin, in the words of the feature's unit; a rating is its number out of 100 alone."""
    spec = catalogue.BY_NAME[feature]
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    if spec.unit is Unit.SCORE:
        # Four of them stand side by side below a narrow chart.
        return tuple(formatting.number(middle * 100) for middle in middles)
    return tuple(formatting.feature_in_words(spec, middle) for middle in middles)


def _sign(feature: Feature) -> int:
    """Return -1 for days before the application, which are negative: right means more, or longer ago."""
    return -1 if feature.unit in (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO) else 1
