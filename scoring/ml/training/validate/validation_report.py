"""Validation report of a training: curves, sanity checks, fairness and explanation of the scored model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.lightgbm import Booster
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.manifest_sections import (
    ByPart,
    CostCurve,
    CurvesSection,
    MetricsSection,
    ReliabilitySection,
)
from scoring.ml.model.manifest_validation import (
    AttributeFairness,
    ExplanationSection,
    ProtectedSection,
    SanityChecks,
)
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.data.splits import Split
from scoring.ml.training.explain import global_explanation
from scoring.ml.training.fit.out_of_fold import CrossValidate
from scoring.ml.training.progress import Progress
from scoring.ml.training.validate import curves, fairness, proxy_tests, sanity_checks

Values = NDArray[np.float64]
Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class ReportSize:
    """How many clients go into probe models and into the explanation, and the number of bootstrap draws."""

    probed: int
    explained: int
    resamples: int


THOROUGH = ReportSize(probed=60_000, explained=2_000, resamples=300)
QUICK = ReportSize(probed=6_000, explained=600, resamples=100)


@dataclass(frozen=True, slots=True)
class ScoredModel:
    """The final booster and out-of-sample probabilities, (n,), of the clients: see `TrainedModel`."""

    booster: Booster
    out_of_sample: Values
    threshold: float
    costs: Costs
    metrics: ByPart[MetricsSection]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """Sections of the manifest, by attribute."""

    curves: ByPart[CurvesSection]
    reliability: ByPart[ReliabilitySection]
    cost_curve: CostCurve
    fairness: Mapping[str, AttributeFairness]
    protected: ProtectedSection
    checks: SanityChecks
    failed_checks: tuple[str, ...]
    explanation: ExplanationSection


def validation_report(
    clients: Clients,
    split: Split,
    model: ScoredModel,
    cross_validate: CrossValidate,
    *,
    size: ReportSize,
    seed: int,
    progress: Progress,
) -> ValidationReport:
    """Measure a finished training.

    `clients` have the features of the booster; `cross_validate` repeats the procedure on other outcomes.
    """
    plain = without_learned(clients)

    def by_part(section_of: Callable[[Values, Values], Section]) -> ByPart[Section]:
        return ByPart(
            out_of_fold=section_of(clients.target[split.train], model.out_of_sample[split.train]),
            holdout=section_of(clients.target[split.hold_out], model.out_of_sample[split.hold_out]),
        )

    progress("Evidence: curves")
    curves_section = by_part(curves.curves)
    progress("Evidence: reliability")
    reliability = by_part(curves.reliability)
    progress("Evidence: cost curve")
    cost_curve = curves.cost_curve(
        clients.target[split.train], model.out_of_sample[split.train], model.threshold, model.costs
    )
    progress("Evidence: fairness")
    group_fairness = fairness.group_fairness(
        clients, model.out_of_sample, model.threshold, resamples=size.resamples, seed=seed
    )
    progress("Evidence: protected")
    protected = ProtectedSection(
        proxy_test=proxy_tests.sex_proxy_test(plain, seed=seed, size=size.probed),
        cost=proxy_tests.protected_columns_cost(plain, seed=seed, size=size.probed),
    )
    progress("Evidence: checks")
    checks = sanity_checks.run_checks(plain, model.metrics, cross_validate, seed=seed, size=size.probed)
    progress("Evidence: explanation")
    sample = global_explanation.sample(
        model.booster, clients.names, clients.matrix, rows=size.explained, seed=seed
    )
    return ValidationReport(
        curves=curves_section,
        reliability=reliability,
        cost_curve=cost_curve,
        fairness=group_fairness,
        protected=protected,
        checks=checks,
        failed_checks=sanity_checks.failed_codes(checks),
        explanation=global_explanation.explanation(sample),
    )


def without_learned(clients: Clients) -> Clients:
    """Return the same clients with their plain features alone.

    Learned features know the outcomes of the very clients that a probe model would be tested on.
    """
    learned = {feature.name for feature in catalogue.LEARNED}
    columns = [column for column, name in enumerate(clients.names) if name not in learned]
    return replace(
        clients,
        names=tuple(clients.names[column] for column in columns),
        matrix=clients.matrix[:, columns],
        unlabelled=clients.unlabelled[:, columns],
    )
