"""Feature-family ablation: the same quick boosters with and without each family, on the same folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.features.application import amounts, columns, counts, dates, external_ratings
from scoring.ml.features.history import all_tables
from scoring.ml.learned.learned_features import FAMILIES, LearnedFeatures
from scoring.ml.metrics import classification
from scoring.ml.model.manifest_sections import FamilyAblation
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.feature_preparation import learned_matrix, plain_features
from scoring.ml.training.fit.probe_models import ProbeData
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]
Inputs = tuple[Sequence[str], Values]
"""Names (k,) and matrix (n, k) of the features that a probe model is given."""

SEEDS = 3
ROUNDS = 80
# A learned family costs time at every assessment: it stays when the gain is beyond chance, one-sided. Five
# are tested, and their folds share clients, so the level is strict.
LEVEL = 0.99


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Number of clients, and how many of the five folds of each seed are scored."""

    clients: int
    folds: int


THOROUGH = SampleSize(clients=15_000, folds=2)
QUICK = SampleSize(clients=2_000, folds=1)

_APPLICATION: Mapping[str, tuple[str, ...]] = {
    "A1 application": tuple(feature.name for feature in columns.FEATURES),
    "A2 external ratings": tuple(derived.feature.name for derived in external_ratings.DERIVED),
    "A3 money": tuple(derived.feature.name for derived in amounts.DERIVED),
    "A4 times": tuple(derived.feature.name for derived in dates.DERIVED),
    "A6 counts": tuple(derived.feature.name for derived in counts.DERIVED),
}
_HISTORY = {
    "bureau": "B",
    "bureau_balance": "C",
    "previous_application": "D",
    "pos_cash_balance": "E",
    "installments_payments": "F",
    "credit_card_balance": "G",
}
_LEARNED = {
    "implied": "A8 implied term and rate",
    "peers": "A9 against peers",
    "neighbours": "A10 nearest neighbours",
    "expected": "A11 expected ratings",
    "nested": "I nested models",
}


def plain_families() -> dict[str, tuple[str, ...]]:
    """Return every plain feature of the catalogue, by family."""
    families = {
        **_APPLICATION,
        **{
            f"{_HISTORY[history.table]} {history.table}": tuple(
                feature.name for feature in history.aggregates
            )
            for history in all_tables.TABLE_HISTORIES
        },
    }
    assigned = {name for names in families.values() for name in names}
    rest = [derived.feature for derived in catalogue.DERIVED if derived.feature.name not in assigned]
    application = tuple(feature.name for feature in rest if feature.table == "application")
    across = tuple(feature.name for feature in rest if feature.table != "application")
    return {**families, "A7 rates": application, "H across tables": across}


def ablate_families(
    clients: Clients,
    train: NDArray[np.int64],
    *,
    size: SampleSize,
    seed: int,
    progress: Progress,
) -> tuple[FamilyAblation, ...]:
    """Measure the AUC gained by each family beside all plain features, over folds paired by seed and number.

    Only the clients at `train` take part: none of the hold-out.
    """
    rows = train[probe_models.stratified_sample(clients.target[train], size.clients, seed)]
    ablation = _Ablation(clients, rows, size.folds, seed)
    progress(f"Families of features: {len(rows):,} clients, {SEEDS} seeds, {size.folds} folds each")
    auc_all_plain = ablation.aucs(partial(ablation.without, frozenset()))
    families = []
    for family, members in plain_families().items():
        if present := [name for name in clients.names if name in set(members)]:
            gains = auc_all_plain - ablation.aucs(partial(ablation.without, frozenset(present)))
            families.append(summary(family, "", len(present), gains, is_learned=False))
    for code, learned_family in FAMILIES.items():
        gains = ablation.aucs(partial(ablation.with_learned, code)) - auc_all_plain
        # Clients who cannot teach a family leave every fold as it was.
        if gains.any():
            features = len(learned_family.features)
            families.append(summary(_LEARNED[code], code, features, gains, is_learned=True))
    for family_gain in families:
        progress(
            f"{family_gain.family}: {family_gain.auc_gain:+.5f} AUC, "
            f"standard error {family_gain.standard_error:.5f}"
        )
    return tuple(families)


def summary(family: str, code: str, features: int, gains: Values, *, is_learned: bool) -> FamilyAblation:
    """Summarise the AUC gained on each pair of folds, (p,), and decide whether the family stays."""
    mean, error = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
    return FamilyAblation(
        family=family,
        code=code,
        features=features,
        auc_gain=mean,
        standard_error=error,
        seeds=SEEDS,
        pairs=len(gains),
        is_learned=is_learned,
        is_kept=not is_learned or mean > _critical_value(len(gains)) * error,
    )


def _critical_value(pairs: int) -> float:
    """Return how many standard errors chance exceeds once in a hundred times."""
    return float(stats.t.ppf(LEVEL, pairs - 1))


@dataclass(frozen=True, slots=True)
class _Ablation:
    """Probe models on the clients at `rows`, on the first `folds` folds of each seed."""

    clients: Clients
    rows: NDArray[np.int64]
    folds: int
    seed: int

    def aucs(self, inputs_of: Callable[[NDArray[np.bool_]], Inputs]) -> Values:
        """Return the AUC on each fold, (SEEDS * folds,), given the inputs for a fold left out."""
        target = self.clients.target[self.rows]
        aucs = []
        for seed in range(self.seed, self.seed + SEEDS):
            fold = splits.folds(target, seed)
            for number in range(self.folds):
                inside = fold == number
                names, matrix = inputs_of(inside)
                data = ProbeData(names, matrix, target, _categorical(names))
                booster = probe_models.fit(data, ~inside, seed, rounds=ROUNDS)
                scores = lightgbm.raw_scores(booster, matrix[inside])
                aucs.append(classification.auc(classification.rank(target[inside], scores, threshold=0.0)))
        return np.array(aucs)

    def without(self, dropped: frozenset[str], inside: NDArray[np.bool_]) -> Inputs:
        names = [name for name in self.clients.names if name not in dropped]
        positions = [self.clients.names.index(name) for name in names]
        return names, self.clients.matrix[self.rows][:, positions]

    def with_learned(self, code: str, inside: NDArray[np.bool_]) -> Inputs:
        names, matrix = self.clients.names, self.clients.matrix[self.rows]
        target = self.clients.target[self.rows][~inside]
        plain = plain_features(names, matrix, ~inside)
        learned = LearnedFeatures.fit([code], plain, target, self.clients.past_loans)
        if not learned.families:
            return names, matrix
        values = learned_matrix(learned, names, matrix, ~inside)
        return [*names, *learned.names], np.hstack([matrix, values])


def _categorical(names: Sequence[str]) -> list[str]:
    return [name for name in names if catalogue.BY_NAME[name].categories]
