"""One client through the model, against LightGBM's own call on a ready row."""

from collections.abc import Iterator

from bench.timing import Measure, percentiles
from creditdesk.models import Profile
from creditdesk.services.prediction import predict
from scoring import engine
from scoring.ml.features.frames import columns_of

CLIENTS = 200


def measures() -> Iterator[Measure]:
    model = engine.current()
    records = [profile.record for profile in Profile.objects.order_by("pk")[:CLIENTS]]
    rows = [model.matrix(columns_of([record])) for record in records]
    raw = percentiles(lambda row: model.trees.predict(row, raw_score=True, num_threads=1), rows)
    parts = percentiles(lambda row: model.trees.predict(row, pred_contrib=True, num_threads=1), rows)
    yield _measure("probability of one row", percentiles(model.score, rows), "LightGBM predict", raw)
    contributions = percentiles(model.contributions, rows)
    yield _measure("contributions of one row", contributions, "LightGBM pred_contrib", parts)
    whole = percentiles(lambda record: predict(model, record, None), records)
    yield _measure("features, probability, contributions", whole, "LightGBM pred_contrib", parts)


def _measure(
    name: str, times: tuple[float, float, float], floor: str, of_floor: tuple[float, float, float]
) -> Measure:
    return Measure(name, *times, floor, of_floor[0])
