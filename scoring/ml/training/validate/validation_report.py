"""What a finished training knows about itself beyond its metrics: curves, checks, fairness, explanation.

The result goes into model.json as it is; the card and the pages read it from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.lightgbm import Booster
from scoring.ml.metrics import costs as threshold
from scoring.ml.metrics import curves
from scoring.ml.metrics.costs import Costs
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, Say
from scoring.ml.training.explain import global_explanation
from scoring.ml.training.validate import fairness, proxy_tests, sanity_checks
from scoring.ml.training.validate.sanity_checks import Procedure

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is spent on evidence: clients asked by quick boosters, clients explained, bootstrap draws."""

    trials: int
    explained: int
    resamples: int


THOROUGH = Effort(trials=60_000, explained=2_000, resamples=300)
QUICK = Effort(trials=6_000, explained=600, resamples=100)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was trained: `unseen`, (n,), holds probabilities from boosters that had not seen the client."""

    booster: Booster
    unseen: Values
    threshold: float
    costs: Costs
    metrics: Mapping[str, Any]


def evidence(
    clients: Clients, judged: Judged, again: Procedure, *, effort: Effort, seed: int, say: Say
) -> dict[str, Any]:
    """Entries of model.json: "curves", "reliability", "cost_curve", "fairness", "protected", "checks",
    "suspect" and "explanation".

    `clients` have the features of the booster. `again` is the whole procedure of this training: outcomes,
    (n,), to log-odds out of fold, (n,), NaN for who is held out.
    """
    plain = without_fitted(clients)
    learn, judge = splits.hold_out(clients.target, seed)
    parts = {"oof": learn, "holdout": judge}

    def per_part(points: Callable[[Values, Values], Any]) -> dict[str, Any]:
        return {part: points(clients.target[rows], judged.unseen[rows]) for part, rows in parts.items()}

    def explained() -> dict[str, Any]:
        drawn = global_explanation.sample(
            judged.booster, clients.names, clients.matrix, rows=effort.explained, seed=seed
        )
        return global_explanation.explanation(drawn)

    steps: dict[str, Callable[[], Any]] = {
        "curves": lambda: per_part(curves.curves),
        "reliability": lambda: per_part(curves.reliability),
        "cost_curve": lambda: threshold.cost_curve(
            clients.target[learn], judged.unseen[learn], judged.threshold, judged.costs
        ),
        "fairness": lambda: fairness.by_group(
            clients, judged.unseen, judged.threshold, resamples=effort.resamples, seed=seed
        ),
        "protected": lambda: {
            "sex": proxy_tests.foretold_sex(plain, seed=seed, size=effort.trials),
            "price": proxy_tests.price(plain, seed=seed, size=effort.trials),
        },
        "checks": lambda: sanity_checks.of_run(plain, judged.metrics, again, seed=seed, size=effort.trials),
        "explanation": explained,
    }
    found: dict[str, Any] = {}
    for name, step in steps.items():
        say(f"Evidence: {name.replace('_', ' ')}")
        found[name] = step()
    return {**found, "suspect": sanity_checks.suspect(found["checks"])}


def without_fitted(clients: Clients) -> Clients:
    """The same clients with the features that depend on their own rows alone.

    What was learned from everybody knows the outcomes of the very clients that a trial would ask about.
    """
    learned = {feature.name for feature in catalogue.LEARNED}
    kept = [place for place, name in enumerate(clients.names) if name not in learned]
    return replace(
        clients,
        names=tuple(clients.names[place] for place in kept),
        matrix=clients.matrix[:, kept],
        others=clients.others[:, kept],
    )
