"""Reference ranges of raw columns over the training clients, shown beside the field of a new case."""

from collections.abc import Mapping

from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.frames import APPLICATION
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.population import ALL
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Kind

_KINDS = (Kind.AMOUNT, Kind.NUMBER)


def reference_ranges() -> Mapping[str, tuple[float, float]]:
    """Return by raw column the quantiles that hold 90 % of all clients; empty without a model."""
    try:
        segments = engine.current().manifest.population.segments
    except ModelUnavailable:
        return {}
    distributions = segments.get(ALL, {})
    names = [name for name in catalogue.MAIN if name in APPLICATION and name in distributions]
    return {
        name: (distributions[name].quantiles[0], distributions[name].quantiles[-1])
        for name in names
        if column("application", name).kind in _KINDS
    }
