"""Drift reports and samples of one made-up population."""

import numpy as np

from scoring.ml.metrics.costs import Costs
from scoring.ml.monitoring.comparison import compare
from scoring.ml.monitoring.conclusion import findings
from scoring.ml.monitoring.sample import Sample
from scoring.models import DriftReport
from scoring.services.drift import DriftSamples, limits, save_drift_report

COSTS = Costs(fn=10, fp=1)


def sample(*, clients: int = 800, seed: int = 1, income: float = 1.0, month: str = "2026-11") -> Sample:
    """Incomes (times `income`), a category and a probability, of one population whatever the seed."""
    rng = np.random.default_rng(seed)
    types = np.array(["Cash loans", "Revolving loans"], dtype=object)
    return Sample(
        columns={
            "AMT_INCOME_TOTAL": income * np.round(rng.lognormal(11.9, 0.5, clients), -2),
            "NAME_CONTRACT_TYPE": rng.choice(types, clients),
        },
        probability=rng.beta(1, 10, clients),
        months=np.full(clients, month, dtype=object),
    )


def drift_report(*, income: float = 1.0, page: str = "") -> DriftReport:
    """A report of two small samples, made as the command makes it."""
    before, now = sample(clients=2_000), sample(seed=2, income=income)
    numbers = compare(before, now, threshold=0.09, costs=COSTS)
    samples = DriftSamples(
        "desk", "reference of tiny-1", "assessments of the last 90 days", len(before), len(now), None
    )
    if page:
        numbers["evidently"] = {"columns": {}, "drifted": 0, "share": 0.0}
    return save_drift_report(
        samples=samples,
        numbers=numbers,
        findings=findings(numbers, limits()),
        libraries={"evidently": "0.7.23"},
        page=page,
    )
