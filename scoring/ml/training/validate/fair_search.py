"""Less discriminatory alternatives: cost against the gap in acceptance, by sex and age band.

Protected columns measure the candidates; no booster and no threshold reads them. Every candidate has one
threshold for all, chosen for the declared costs. The search chooses nothing: a person does, with a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs, fold_thresholds
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_fair_search import BASELINE, FairCandidate, FairSearch
from scoring.ml.model.manifest_sections import Scalar
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import ProbeData
from scoring.ml.training.progress import Progress
from scoring.ml.training.validate.fair_proxies import AGE, SEX, Proxies, rank_proxies
from scoring.ml.training.validate.fairness import attributes, is_large_enough

Values = NDArray[np.float64]

MEASURED: Final = (SEX, AGE)
RESAMPLES: Final = 200
# How many of the features that tell most about an attribute are left out.
_LEVELS: Final = (0, 5, 10, 20, 40)
# The boosters as they are, with leaves drawn closer to the mean, and with few facts to a tree.
_SETTINGS: Final[tuple[Mapping[str, Scalar], ...]] = ({}, {"lambda_l2": 500.0}, {"max_depth": 3})


@dataclass(frozen=True, slots=True)
class FairSearchRequest:
    """So many `trials`; the candidate that a person chose and why; why age may be an input."""

    trials: int
    choice: str = ""
    reason: str = ""
    age_reason: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A candidate before it is measured."""

    uses_age: bool
    proxies: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Scalar] = field(default_factory=dict)

    def dropped(self, names: Sequence[str], proxies: Proxies) -> tuple[str, ...]:
        """Names left out, in the order of the features."""
        gone = set() if self.uses_age else set(proxies.of_age)
        for attribute, count in self.proxies.items():
            gone.update(proxies.ranked[attribute][:count])
        return tuple(name for name in names if name in gone)


@dataclass(frozen=True, slots=True)
class _Sample:
    """n clients of the training part: features (n, k), outcome, fold, and the groups of each attribute."""

    names: Sequence[str]
    matrix: Values
    target: Values
    fold: NDArray[np.int64]
    groups: Mapping[str, NDArray[np.int64]]
    costs: Costs
    seed: int


@dataclass(frozen=True, slots=True)
class _Measured:
    """Figures of a candidate, (1 + a,): cost, then the gap of each attribute; and their draws, (r, 1 + a)."""

    threshold: float
    figures: Values
    draws: Values


def search(
    clients: Clients,
    rows: NDArray[np.int64],
    request: FairSearchRequest,
    *,
    costs: Costs,
    size: int,
    seed: int,
    progress: Progress,
) -> FairSearch:
    """Measure the candidates on at most `size` of the clients to train on, `rows`.

    Raises TrainingError for a choice that is none of the candidates, or that has no reason.
    """
    _check_reason(request)
    progress("Less discriminatory alternatives: what tells about sex and age")
    sample = _sample(clients, rows, costs=costs, size=size, seed=seed)
    proxies = rank_proxies(clients, rows, size=size, seed=seed)
    variants = list(_variants(request, sample.groups, seed))
    _check_choice(request, len(variants))
    dropped = [variant.dropped(sample.names, proxies) for variant in variants]
    measured = []
    for number, (variant, gone) in enumerate(zip(variants, dropped, strict=True)):
        progress(f"Less discriminatory alternatives: {number + 1} of {len(variants)}")
        measured.append(_measure(sample, variant, gone))
    return FairSearch(
        clients=len(sample.target),
        resamples=RESAMPLES,
        candidates=tuple(_candidates(variants, dropped, measured, tuple(sample.groups))),
        chosen=request.choice,
        reason=request.reason.strip(),
        age_reason=request.age_reason.strip(),
    )


def choice(searched: FairSearch) -> FairCandidate:
    """The candidate to train: the one that a person chose, else the first."""
    by_code = {candidate.code: candidate for candidate in searched.candidates}
    return by_code[searched.chosen or BASELINE]


def _check_reason(request: FairSearchRequest) -> None:
    if bool(request.choice) != bool(request.reason.strip()):
        raise TrainingError("an alternative is chosen with a reason, and a reason is given with a choice")


def _check_choice(request: FairSearchRequest, candidates: int) -> None:
    codes = [_code(number) for number in range(candidates)]
    if request.choice and request.choice not in codes:
        raise TrainingError(f"no alternative {request.choice}: this search has {codes[0]} to {codes[-1]}")


def _code(number: int) -> str:
    return f"c{number}"


def _sample(clients: Clients, rows: NDArray[np.int64], *, costs: Costs, size: int, seed: int) -> _Sample:
    drawn = rows[probe_models.stratified_sample(clients.target[rows], size, seed)]
    target = clients.target[drawn]
    values = attributes(clients)
    groups = {name: _groups(values[name][drawn], target) for name in MEASURED}
    return _Sample(
        clients.names,
        clients.matrix[drawn],
        target,
        splits.folds(target, seed),
        {name: codes for name, codes in groups.items() if codes.max() > 0},
        costs,
        seed,
    )


def _groups(values: NDArray[Any], target: Values) -> NDArray[np.int64]:
    """Code of the group of each client, -1 where it is not known or its group too small to be measured."""
    names = sorted({value for value in values.tolist() if value is not None})
    measured = [value for value in names if is_large_enough(target[values == value])]
    codes = {value: code for code, value in enumerate(measured)}
    return np.array([codes.get(value, -1) for value in values.tolist()], dtype=np.int64)


def _variants(
    request: FairSearchRequest, groups: Mapping[str, NDArray[np.int64]], seed: int
) -> Iterator[Variant]:
    """The baseline, the same without age where age is an input, then draws without repetition."""
    keeps_age = bool(request.age_reason.strip())
    first = [Variant(uses_age) for uses_age in ((True, False) if keeps_age else (False,))]
    yield from first
    of_sex, of_age = (_LEVELS if name in groups else (0,) for name in MEASURED)
    grid = [
        Variant(uses_age, {SEX: sex, AGE: age}, params)
        for uses_age in {keeps_age, False}
        for sex, age in product(of_sex, of_age)
        for params in _SETTINGS
        if (sex or age or params) and not (uses_age and age)
    ]
    grid.sort(key=repr)
    order = np.random.default_rng(seed).permutation(len(grid))
    yield from (grid[place] for place in order[: request.trials + 1 - len(first)])


def _measure(sample: _Sample, variant: Variant, dropped: Sequence[str]) -> _Measured:
    gone = set(dropped)
    keep = [place for place, name in enumerate(sample.names) if name not in gone]
    names = tuple(sample.names[place] for place in keep)
    data = ProbeData(
        names, sample.matrix[:, keep], sample.target, list(vocabulary(names)), params=variant.params
    )
    probability = sigmoid(probe_models.cross_validate(data, seed=sample.seed).log_odds)
    threshold = float(np.mean(fold_thresholds(sample.target, probability, sample.fold, sample.costs)))
    return _figures(sample, probability >= threshold, threshold)


def _figures(sample: _Sample, refused: NDArray[np.bool_], threshold: float) -> _Measured:
    missed, wronged = sample.target * ~refused, (1 - sample.target) * refused
    cost = sample.costs.fn * missed + sample.costs.fp * wronged

    def weighted(weights: Values) -> Values:
        gaps = [_gap(codes, ~refused, weights) for codes in sample.groups.values()]
        return np.array([float(weights @ cost) / weights.sum(), *gaps])

    size = len(sample.target)
    draws = [weighted(weights) for weights in bootstrap_weights(size, RESAMPLES, sample.seed)]
    return _Measured(threshold, weighted(np.ones(size)), np.array(draws))


def _gap(codes: NDArray[np.int64], accepted: NDArray[np.bool_], weights: Values) -> float:
    """The highest acceptance rate of a group less the lowest."""
    is_measured = codes >= 0
    clients = np.bincount(codes[is_measured], weights[is_measured])
    return float(np.ptp(np.bincount(codes[is_measured], (weights * accepted)[is_measured]) / clients))


def _fronts(figures: Values, names: Sequence[str]) -> list[tuple[str, ...]]:
    """For each candidate the attributes for which no other is at least as cheap and as even, and better."""

    def is_on_front(place: int, column: int) -> bool:
        pairs = figures[:, [0, column]]
        no_worse = (pairs <= pairs[place]).all(axis=1)
        return not (no_worse & (pairs < pairs[place]).any(axis=1)).any()

    return [
        tuple(name for column, name in enumerate(names, start=1) if is_on_front(place, column))
        for place in range(len(figures))
    ]


def _candidates(
    variants: Sequence[Variant],
    dropped: Sequence[tuple[str, ...]],
    measured: Sequence[_Measured],
    names: tuple[str, ...],
) -> Iterator[FairCandidate]:
    fronts = _fronts(np.array([item.figures for item in measured]), names)
    for number, (variant, own) in enumerate(zip(variants, measured, strict=True)):
        cost, *gaps = _estimates(own.figures, own.draws)
        cost_change, *gap_changes = _estimates(
            own.figures - measured[0].figures, own.draws - measured[0].draws
        )
        yield FairCandidate(
            code=_code(number),
            uses_age=variant.uses_age,
            proxies={name: count for name, count in variant.proxies.items() if count},
            dropped=dropped[number],
            params=variant.params,
            threshold=own.threshold,
            cost=cost,
            cost_change=cost_change,
            gaps=dict(zip(names, gaps, strict=True)),
            gap_changes=dict(zip(names, gap_changes, strict=True)),
            front=fronts[number],
        )


def _estimates(figures: Values, draws: Values) -> list[Estimate]:
    bounds = zip(figures.tolist(), *(part.tolist() for part in percentile_bounds(draws)), strict=True)
    return [Estimate(*item) for item in bounds]
