"""Where a client stands among all clients and among those of a chosen segment, for the main features."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from creditdesk.pages import svg_geometry
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.model import population
from scoring.presentation import formatting


@dataclass(frozen=True, slots=True)
class Segment:
    key: str
    label: str
    clients: int


@dataclass(frozen=True, slots=True)
class Line:
    """One main feature: the client's value, the group's median, the share of the group below the client."""

    feature: str
    label: str
    value: str
    median: str
    below: str
    band: svg_geometry.Band


@dataclass(frozen=True, slots=True)
class Cell:
    """One bar of a distribution: the share of the group and of all clients in it; whether this client is."""

    label: str
    share: float
    everybody: float
    client: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """How one main feature is spread over the group and over everybody, in the words of its unit."""

    feature: str
    label: str
    value: str
    median: str
    below: str
    below_everybody: str
    cells: tuple[Cell, ...]
    has_both: bool

    @property
    def highest(self) -> float:
        return max((max(cell.share, cell.everybody) for cell in self.cells), default=0.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    segments: tuple[Segment, ...]
    chosen: Segment
    lines: tuple[Line, ...]
    distribution: Distribution


@dataclass(frozen=True, slots=True)
class _Part:
    """One main feature: what is known of the group, and the client's value (NaN where missing)."""

    feature: Feature
    cell: Mapping[str, Any]
    edges: list[float]
    value: float


def comparison(
    facts: Mapping[str, Any],
    application: Mapping[str, Any],
    values: Mapping[str, float],
    asked: Mapping[str, str],
) -> Comparison | None:
    """With the segment and the feature that `asked` names, where they are possible; otherwise with all
    clients and the first known feature. None when the model (`facts`: its population) knows nobody else."""
    segments = _segments(facts, application)
    if population.ALL not in segments:
        return None
    here = segments.get(asked.get("segment", "")) or segments[population.ALL]
    parts = _parts(facts["segments"][here.key], facts["edges"], values)
    known = [part for part in parts if not math.isnan(part.value)]
    drawn = [part for part in parts if part.feature.name == asked.get("feature")]
    picked = (drawn or known or parts)[0]
    everybody = replace(picked, cell=facts["segments"][population.ALL][picked.feature.name])
    return Comparison(
        segments=tuple(segments.values()),
        chosen=here,
        lines=tuple(_line(part) for part in parts),
        distribution=_distribution(picked, everybody),
    )


def _segments(facts: Mapping[str, Any], application: Mapping[str, Any]) -> dict[str, Segment]:
    """Those that the client is in and that are large enough to have been kept."""
    kept = facts.get("segments", {})
    own = population.segments_of(application, facts.get("income_edges", ()))
    return {
        key: Segment(key, formatting.localize(label), _clients(kept[key]))
        for key, label in own
        if key in kept
    }


def _clients(cells: Mapping[str, Any]) -> int:
    return max((cell["n"] for cell in cells.values()), default=0)


def _parts(
    cells: Mapping[str, Any], edges: Mapping[str, list[float]], values: Mapping[str, float]
) -> list[_Part]:
    return [
        _Part(catalogue.BY_NAME[name], cells[name], edges[name], values.get(name, math.nan))
        for name in catalogue.MAIN
        if name in cells and name in edges
    ]


def _line(part: _Part) -> Line:
    known = None if math.isnan(part.value) else part.value
    turned = _turned(part.feature)
    quantiles = [turned * q for q in part.cell["quantiles"]]
    if turned < 0:
        quantiles.reverse()
    return Line(
        feature=part.feature.name,
        label=formatting.capitalized(part.feature.label),
        value=formatting.feature_in_words(part.feature, part.value),
        median=_median(part),
        below=_below(part),
        band=svg_geometry.band(quantiles, None if known is None else turned * known),
    )


def _median(part: _Part) -> str:
    quantiles = part.cell["quantiles"]
    return formatting.feature_in_words(part.feature, quantiles[len(quantiles) // 2])


def _below(part: _Part) -> str:
    """The share of the group below the client, as a person counts; empty where the value is missing."""
    if math.isnan(part.value):
        return ""
    share = svg_geometry.share_below(part.value, part.edges, part.cell["histogram"])
    return formatting.percent(1 - share if _turned(part.feature) < 0 else share, 0)


def _distribution(part: _Part, everybody: _Part) -> Distribution:
    cells = [
        Cell(
            label=formatting.feature_in_words(part.feature, (low + high) / 2),
            share=share,
            everybody=of_all,
            client=low <= part.value < high,
        )
        for low, high, share, of_all in zip(
            part.edges, part.edges[1:], _shares(part), _shares(everybody), strict=False
        )
    ]
    if _turned(part.feature) < 0:
        cells.reverse()
    return Distribution(
        feature=part.feature.name,
        label=formatting.capitalized(part.feature.label),
        value=formatting.feature_in_words(part.feature, part.value),
        median=_median(part),
        below=_below(part),
        below_everybody=_below(everybody),
        cells=tuple(cells),
        has_both=part.cell is not everybody.cell,
    )


def _shares(part: _Part) -> list[float]:
    total = sum(part.cell["histogram"]) or 1
    return [count / total for count in part.cell["histogram"]]


def _turned(feature: Feature) -> int:
    """Days before the application are negative; turned round, right means more, or longer ago."""
    return -1 if feature.unit in (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO) else 1
