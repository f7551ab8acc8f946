"""Where a client stands among all clients and among those of a chosen segment, for the main features."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creditdesk import charts, wording
from scoring.ml.features import catalogue
from scoring.ml.features.feature import Feature, Unit
from scoring.ml.model import population


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
    band: charts.Band
    histogram: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    segments: tuple[Segment, ...]
    chosen: Segment
    lines: tuple[Line, ...]

    @property
    def histograms(self) -> list[Mapping[str, Any]]:
        return [line.histogram for line in self.lines]


def comparison(
    facts: Mapping[str, Any], application: Mapping[str, Any], values: Mapping[str, float], chosen: str
) -> Comparison | None:
    """None when the model knows no population (`facts`: that part of model.json). A segment that the client
    is not in, or that was too small to be kept, falls back to all clients."""
    kept = facts.get("segments", {})
    segments = {
        key: Segment(key, wording.told(label), _clients(kept[key]))
        for key, label in population.segments_of(application, facts.get("income_edges", ()))
        if key in kept
    }
    if population.ALL not in segments:
        return None
    here = segments.get(chosen) or segments[population.ALL]
    cells, edges = kept[here.key], facts["edges"]
    lines = (
        _line(catalogue.BY_NAME[name], cells[name], edges[name], values.get(name, math.nan))
        for name in catalogue.MAIN
        if name in cells and name in edges
    )
    return Comparison(tuple(segments.values()), here, tuple(lines))


def _clients(cells: Mapping[str, Any]) -> int:
    return max((cell["n"] for cell in cells.values()), default=0)


def _line(feature: Feature, cell: Mapping[str, Any], edges: list[float], value: float) -> Line:
    known = None if math.isnan(value) else value
    turned = _turned(feature)
    quantiles = [turned * q for q in cell["quantiles"]]
    share = None if known is None else charts.share_below(known, edges, cell["histogram"])
    if turned < 0:
        quantiles.reverse()
        share = None if share is None else 1 - share
    words = wording.feature_in_words(feature, value)
    return Line(
        feature=feature.name,
        label=wording.titled(feature.label),
        value=words,
        median=wording.feature_in_words(feature, cell["quantiles"][len(quantiles) // 2]),
        below="" if share is None else wording.percent(share, 0),
        band=charts.band(quantiles, None if known is None else turned * known),
        histogram=_histogram(feature, cell, edges, known, words),
    )


def _turned(feature: Feature) -> int:
    """Days before the application are negative; turned round, right means more, or longer ago."""
    return -1 if feature.unit in (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO) else 1


def _histogram(
    feature: Feature, cell: Mapping[str, Any], edges: list[float], value: float | None, words: str
) -> Mapping[str, Any]:
    total = sum(cell["histogram"]) or 1
    cells = [
        {
            "label": wording.feature_in_words(feature, (low + high) / 2),
            "share": round(100 * count / total, 2),
            "client": value is not None and (low <= value < high),
        }
        for low, high, count in zip(edges, edges[1:], cell["histogram"], strict=False)
    ]
    if _turned(feature) < 0:
        cells.reverse()
    return {"feature": feature.name, "label": wording.titled(feature.label), "client": words, "cells": cells}
