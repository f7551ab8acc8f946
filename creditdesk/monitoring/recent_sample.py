"""The recent assessments as the current sample of a drift report."""

from datetime import timedelta

import numpy as np
from django.db.models import Max
from django.utils import timezone
from numpy.typing import NDArray

from creditdesk.models import Assessment, MonitoringRecord
from scoring.ml.model.model import Model
from scoring.ml.monitoring.sample import Sample
from scoring.ml.monitoring.sample_sources import feature_columns


def recent(model: Model, *, days: int) -> Sample:
    """Every profile that this version scored in the last `days`, once, with its outcome where it is known."""
    since = timezone.now() - timedelta(days=days)
    scored = Assessment.objects.filter(model_digest=model.digest, assessed_at__gte=since)
    newest = scored.order_by().values("profile_digest").annotate(newest=Max("pk")).values("newest")
    columns = ("features", "probability", "assessed_at", "case_id")
    assessments = Assessment.objects.filter(pk__in=newest).order_by("pk").values_list(*columns)
    # Features that were erased take no part.
    rows = [row for row in assessments if row[0]]
    matrix = np.empty((len(rows), len(model.features)))
    for position, (features, *_) in enumerate(rows):
        matrix[position] = np.frombuffer(features, dtype="<f8")
    return Sample(
        feature_columns(model, matrix),
        np.array([probability for _, probability, _, _ in rows], dtype=np.float64),
        _outcomes([case for *_, case in rows]),
        np.array([f"{timezone.localtime(at):%Y-%m}" for _, _, at, _ in rows], dtype=object),
    )


def _outcomes(cases: list[int | None]) -> NDArray[np.float64]:
    defaulted = dict(
        MonitoringRecord.objects.filter(
            defaulted__isnull=False, case__in={c for c in cases if c}
        ).values_list("case_id", "defaulted")
    )
    return np.array(
        [float(bool(defaulted[c])) if c in defaulted else np.nan for c in cases], dtype=np.float64
    )
