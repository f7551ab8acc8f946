"""Ask an old model version the old question again, and compare the answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet

from creditdesk.models import Assessment, Profile
from creditdesk.reasons import reasons_for
from scoring import engine
from scoring.ml.features.frames import columns_of
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import missing_inputs, verdicts
from scoring.models import ModelVersion

TOLERANCE: Final = 1e-9
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Difference:
    assessment: int
    reference: str
    what: str


def differences(assessments: QuerySet[Assessment]) -> Iterator[Difference]:
    """Each assessment whose answer is not reproduced: probability, verdict, contributions or reasons."""
    scored = assessments.exclude(model_digest="").select_related("case").order_by("model_digest", "pk")
    for digest in scored.order_by().values_list("model_digest", flat=True).distinct():
        of_one_model = scored.filter(model_digest=digest)
        try:
            model = engine.load_version(ModelVersion.objects.get(digest=digest))
        except (ModelVersion.DoesNotExist, ModelUnavailable) as error:
            yield from (_difference(one, f"its model cannot be loaded ({error})") for one in of_one_model)
            continue
        reader = of_one_model.iterator(chunk_size=AT_ONCE)
        while block := list(islice(reader, AT_ONCE)):
            yield from _replay(model, block)


def _replay(model: Model, block: list[Assessment]) -> Iterator[Difference]:
    columns = columns_of([{**a.inputs["application"], **a.inputs["history"]} for a in block])
    matrix = model.matrix(columns)
    probabilities = model.score(matrix).probability
    contributions = model.contributions(matrix).values
    found = verdicts(probabilities, model.threshold, missing_inputs(columns))
    for i, stored in enumerate(block):
        reasons = reasons_for(model.features, matrix[i], contributions[i], _profile(stored))
        if what := _what_differs(stored, float(probabilities[i]), found[i], contributions[i], reasons):
            yield _difference(stored, what)


def _what_differs(
    stored: Assessment,
    probability: float,
    verdict: str,
    contributions: np.ndarray[Any, np.dtype[np.float64]],
    reasons: list[dict[str, Any]],
) -> str:
    if stored.probability is None or abs(stored.probability - probability) > TOLERANCE:
        return f"probability {stored.probability!r}, recomputed {probability!r}"
    if stored.verdict != verdict:
        return f"verdict {stored.verdict}, recomputed {verdict}"
    kept = np.frombuffer(stored.contributions, dtype="<f8")
    if kept.shape != contributions.shape or np.abs(kept - contributions).max() > TOLERANCE:
        return "contributions"
    return "" if _essence(stored.reasons) == _essence(reasons) else "reasons"


def _essence(reasons: list[dict[str, Any]]) -> list[tuple[str, str, float]]:
    """Which reasons, in which order, how strong; their wording may be improved over the years."""
    return [(r["code"], r["feature"], round(r["contribution"], 9)) for r in reasons]


def _profile(stored: Assessment) -> Profile:
    inputs = stored.inputs
    return Profile(
        application=inputs["application"], history=inputs["history"], history_rows=inputs["history_rows"]
    )


def _difference(stored: Assessment, what: str) -> Difference:
    return Difference(stored.pk, stored.case.reference, what)
