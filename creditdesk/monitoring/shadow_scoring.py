"""The challenger scores every assessment unseen: after the answer has been given, and without delaying it."""

import logging
from collections.abc import Iterable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from creditdesk.models import Assessment, ShadowScore
from scoring import engine
from scoring.ml.model.completeness import recommend
from scoring.ml.model.model import Model
from scoring.policies import thresholds_of

logger = logging.getLogger(__name__)

AT_ONCE: Final = 200

_waiting: SimpleQueue[int] = SimpleQueue()
_starting = Lock()
_worker: Thread | None = None


def score_in_shadow(assessments: Iterable[Assessment]) -> None:
    """Have the challenger score these once they are committed. Never fails and never waits."""
    numbers = [assessment.pk for assessment in assessments]
    transaction.on_commit(lambda: _committed(numbers), robust=True)


def backlog(model: Model) -> Iterable[Sequence[int]]:
    """Numbers of stored assessments that this challenger has not scored yet, some at a time."""
    scored = ShadowScore.objects.filter(model_digest=model.digest).values("assessment")
    unscored = Assessment.objects.exclude(pk__in=scored).exclude(model_digest__in=["", model.digest])
    numbers = list(unscored.order_by("pk").values_list("pk", flat=True))
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def score(numbers: Sequence[int]) -> int:
    """Store what the challenger says of these assessments; returns how many it scored."""
    model = engine.challenger()
    if model is None:
        return 0
    assessments = Assessment.objects.filter(pk__in=numbers).exclude(model_digest=model.digest)
    # Inputs that were erased cannot be scored any more.
    fields = assessments.select_related("policy").only("pk", "inputs", "packed_inputs", "policy")
    rows = [row for row in fields if row.inputs]
    if not rows:
        return 0
    scores = _shadow_scores(model, rows)
    # Two processes may have been told of the same assessment.
    ShadowScore.objects.bulk_create(scores, ignore_conflicts=True)
    return len(scores)


def _shadow_scores(model: Model, rows: Sequence[Assessment]) -> list[ShadowScore]:
    records = [assessment.record for assessment in rows]
    probabilities = model.score(model.rows(records)).probability
    # Under the policy of the assessment, so that two models are compared and not two policies.
    thresholds = [thresholds_of(model, assessment.policy) for assessment in rows]
    answers = [
        recommend(model, limits, probability, record)
        for limits, probability, record in zip(thresholds, probabilities.tolist(), records, strict=True)
    ]
    return [
        ShadowScore(
            assessment_id=assessment.pk,
            model_version=model.version,
            model_digest=model.digest,
            probability=probability,
            threshold=limits.refuse_from,
            verdict=answer.verdict,
        )
        for assessment, probability, limits, answer in zip(
            rows, probabilities.tolist(), thresholds, answers, strict=True
        )
    ]


def _committed(numbers: Sequence[int]) -> None:
    if not settings.SHADOW_IN_BACKGROUND:
        score(numbers)
        return
    for number in numbers:
        _waiting.put(number)
    _start_worker()


def _start_worker() -> None:
    global _worker
    if _worker is None or not _worker.is_alive():
        with _starting:
            if _worker is None or not _worker.is_alive():
                _worker = Thread(target=_work, name="shadow", daemon=True)
                _worker.start()


def _work() -> None:
    """Everything that waits is scored in one go: under load one write for many assessments."""
    while True:
        numbers = [_waiting.get()]
        try:
            while len(numbers) < AT_ONCE:
                numbers.append(_waiting.get_nowait())
        except Empty:
            pass
        try:
            score(numbers)
        except DatabaseError as error:
            logger.warning("the challenger did not score %d assessments: %s", len(numbers), error)
            connection.close()
        except Exception:
            # A challenger on trial may be broken in any way; the desk goes on, score_shadow catches up.
            logger.exception("the challenger did not score %d assessments", len(numbers))
