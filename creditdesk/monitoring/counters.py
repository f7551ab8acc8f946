"""Counters of this process's assessments. HTTP itself is counted by django-prometheus.

Labels hold versions and verdicts only: no client, no user, no reference.
"""

from functools import partial
from typing import Final

from django.db import transaction
from prometheus_client import Counter, Histogram

from creditdesk.models import Assessment

PROBABILITIES: Final = (0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75)

_assessments = Counter(
    "creditdesk_assessments", "Assessments stored by this process.", ["verdict", "version"]
)
_probability = Histogram(
    "creditdesk_probability_of_default",
    "Calibrated probabilities of default of the assessments stored by this process.",
    ["version"],
    buckets=PROBABILITIES,
)


def count(assessment: Assessment) -> None:
    """Count an assessment once it is committed; one that is rolled back never was."""
    transaction.on_commit(partial(_count, assessment))


def _count(assessment: Assessment) -> None:
    version = assessment.model_version or "none"
    _assessments.labels(assessment.verdict, version).inc()
    if assessment.probability is not None:
        _probability.labels(version).observe(assessment.probability)
