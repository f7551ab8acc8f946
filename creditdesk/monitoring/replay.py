"""Recompute stored assessments with the model version that made them, and compare."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, Final, Literal

import numpy as np
from django.db.models import Q, QuerySet

from creditdesk import reasons
from creditdesk.models import Assessment, Erasure, Reason
from scoring import engine
from scoring.ml.model.affordability import Budget, verdict_beside
from scoring.ml.model.completeness import CRITICAL_INPUTS, Completion, Recommendation, recommend
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import ModelVersion
from scoring.policies import thresholds_of
from scoring.services.gates import Candidate, Gate

TOLERANCE: Final = 1e-9
AT_ONCE: Final = 500
GATE_SAMPLE: Final = 50


@dataclass(frozen=True, slots=True)
class Difference:
    assessment: int
    reference: str
    what: str


@dataclass(frozen=True, slots=True)
class Recomputation:
    """An assessment recomputed: what differs beyond rounding, "" for nothing; `is_exact`: no bit does."""

    difference: str
    is_exact: bool

    @property
    def outcome(self) -> Literal["exact", "rounded", "different"]:
        if self.difference:
            return "different"
        return "exact" if self.is_exact else "rounded"


def differences(assessments: QuerySet[Assessment]) -> Iterator[Difference]:
    """Each assessment whose answer is not reproduced: probability, verdict, contributions or reasons."""
    scored = (
        assessments.exclude(model_digest="").select_related("case", "policy").order_by("model_digest", "pk")
    )
    for digest in scored.order_by().values_list("model_digest", flat=True).distinct():
        of_one_model = scored.filter(model_digest=digest)
        try:
            model = engine.load_version(ModelVersion.objects.get(digest=digest))
        except (ModelVersion.DoesNotExist, ModelUnavailable) as error:
            yield from (
                _difference(assessment, f"its model cannot be loaded ({error})")
                for assessment in of_one_model
            )
            continue
        reader = of_one_model.iterator(chunk_size=AT_ONCE)
        while block := list(islice(reader, AT_ONCE)):
            yield from _unreadable(block)
            if readable := [assessment for assessment in block if assessment.inputs]:
                yield from _replay(model, readable)


def recompute(model: Model, assessment: Assessment) -> Recomputation:
    """Recompute one stored assessment with the model that made it."""
    return next(_recompute(model, [assessment]))


def erased(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Scored assessments whose inputs were erased: there is nothing to recompute."""
    days = Erasure.objects.exclude(day="").values_list("day", flat=True)
    of_days = reduce(or_, (Q(case=None, client=None, assessed_at__date=day) for day in days), Q(pk=None))
    scored = assessments.exclude(model_digest="")
    of_clients = Q(case__client__erasure__isnull=False) | Q(client__erasure__isnull=False)
    return scored.filter(of_clients | of_days)


def gate(candidate: Candidate) -> Gate:
    """The newest stored assessments of a version that is to be put in use again still come out the same."""
    made = Assessment.objects.filter(model_digest=candidate.version.digest)
    readable = made.exclude(pk__in=erased(made).values("pk")).order_by("-pk")
    sample = list(readable.values_list("pk", flat=True)[:GATE_SAMPLE])
    if not sample:
        return Gate("replay", "unknown", blocks=True)
    different = sum(1 for _ in differences(Assessment.objects.filter(pk__in=sample)))
    numbers = {"asked": len(sample), "same": len(sample) - different}
    return Gate("replay", "failed" if different else "passed", numbers, blocks=True)


def _unreadable(block: Sequence[Assessment]) -> Iterator[Difference]:
    """Assessments without inputs that no erasure explains."""
    empty = [assessment.pk for assessment in block if not assessment.inputs]
    if not empty:
        return
    without = Assessment.objects.filter(pk__in=empty)
    explained = set(erased(without).values_list("pk", flat=True))
    for assessment in block:
        if assessment.pk in empty and assessment.pk not in explained:
            yield _difference(assessment, "its inputs cannot be read")


def _replay(model: Model, block: list[Assessment]) -> Iterator[Difference]:
    for stored, again in zip(block, _recompute(model, block), strict=True):
        if again.difference:
            yield _difference(stored, again.difference)


def _recompute(model: Model, block: list[Assessment]) -> Iterator[Recomputation]:
    records = [assessment.record for assessment in block]
    matrix = model.rows(records)
    probabilities = model.score(matrix).probability
    contributions = model.contributions(matrix).values
    for i, stored in enumerate(block):
        # Each by the policy and the rule of completeness that it was made under.
        thresholds = thresholds_of(model, stored.policy)
        rule = stored.completeness_rule or CRITICAL_INPUTS
        recomputed = recommend(model, thresholds, float(probabilities[i]), records[i], rule)
        again = reasons.rebuild(
            reasons.version_of(stored.shown_reasons),
            model,
            values=matrix[i],
            contributions=contributions[i],
            verdict=recomputed.verdict,
            missing=recomputed.missing,
            history_rows=stored.history_rows,
        )
        difference = _what_differs(stored, float(probabilities[i]), recomputed, contributions[i], again)
        bits = (
            float(probabilities[i]),
            *(row.astype("<f8").tobytes() for row in (matrix[i], contributions[i])),
        )
        before = stored.probability, bytes(stored.features), bytes(stored.contributions) or bits[2]
        yield Recomputation(difference, is_exact=not difference and bits == before)


def _what_differs(
    stored: Assessment,
    probability: float,
    recomputed: Recommendation,
    contributions: np.ndarray[Any, np.dtype[np.float64]],
    again: Sequence[Reason],
) -> str:
    if stored.probability is None or abs(stored.probability - probability) > TOLERANCE:
        return f"probability {stored.probability!r}, recomputed {probability!r}"
    if what := _affordability_differs(stored):
        return what
    verdict = verdict_beside(recomputed.verdict, stored.budget)
    if stored.verdict != verdict:
        return f"verdict {stored.verdict}, recomputed {verdict}"
    if stored.missing != list(recomputed.missing):
        return "missing inputs"
    if _completion_differs(stored.completion, recomputed.completion):
        return "what the missing inputs can change"
    if not stored.contributions and not stored.reasons:
        return ""  # Only the probability was asked for.
    before = np.frombuffer(stored.contributions, dtype="<f8")
    if before.shape != contributions.shape or np.abs(before - contributions).max() > TOLERANCE:
        return "contributions"
    return _reasons_differ(stored.shown_reasons, again)


def _affordability_differs(stored: Assessment) -> str:
    """Judge the stored budget by the stored limits again; of charges that were sent, build it again too."""
    before = stored.budget
    if before is None:
        return "" if stored.affordability_outcome is None else "affordability"
    charges = stored.charges_sent
    budget = before.budget if charges is None else Budget.of_record(stored.record, charges)
    again = before.judged_again(budget)
    return "" if again == before and again.outcome == stored.affordability_outcome else "affordability"


def _completion_differs(stored: Mapping[str, Any] | None, again: Completion | None) -> bool:
    if stored is None or again is None:
        return (stored is None) != (again is None)
    before = Completion.from_json(stored)
    if [effect.name for effect in before.effects] != [effect.name for effect in again.effects]:
        return True
    numbers = ((it.low, it.high, *(effect.points for effect in it.effects)) for it in (before, again))
    return any(abs(was - number) > TOLERANCE for was, number in zip(*numbers, strict=True))


def _reasons_differ(stored: Sequence[Reason], again: Sequence[Reason]) -> str:
    """Codes, features and sizes always; the words too while the dictionary that chose them is still ours."""
    if list(map(_essence, stored)) != list(map(_essence, again)):
        return "reasons"
    if reasons.version_of(stored) != reasons.dictionary_version():
        return ""
    return "" if list(map(_words, stored)) == list(map(_words, again)) else "reasons: their words"


def _essence(reason: Reason) -> tuple[str, str, float, tuple[str, ...]]:
    return reason.code, reason.feature, round(reason.contribution, 9), reason.features


def _words(reason: Reason) -> tuple[str, str]:
    return reason.text_en, reason.text_fr


def _difference(stored: Assessment, what: str) -> Difference:
    return Difference(stored.pk, stored.case.reference if stored.case else "", what)
