"""What most clients of the model's training data have, as a help for whoever types a value."""

from collections.abc import Mapping

from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.frames import APPLICATION
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.population import ALL
from scoring.ml.tables.catalogue import column
from scoring.ml.tables.schema import Kind

_SAID = (Kind.AMOUNT, Kind.NUMBER)


def usual_ranges() -> Mapping[str, tuple[float, float]]:
    """Raw column -> its outer quantiles among all clients (90 % of them); empty without a model."""
    try:
        segments = engine.current().facts["population"].get("segments", {})
    except ModelUnavailable:
        return {}
    cells = segments.get(ALL, {})
    names = [name for name in catalogue.MAIN if name in APPLICATION and name in cells]
    return {
        name: (cells[name]["quantiles"][0], cells[name]["quantiles"][-1])
        for name in names
        if column("application", name).kind in _SAID
    }
