"""What each family of features is worth: the same quick boosters with and without it, on the same folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.features.application import amounts, columns, counts, dates, external_ratings
from scoring.ml.features.history import all_tables
from scoring.ml.learned.learned_features import FAMILIES, LearnedFeatures
from scoring.ml.metrics import classification
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, Say
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.feature_preparation import plain_of
from scoring.ml.training.fit.probe_models import Question

Values = NDArray[np.float64]
Past = Mapping[str, NDArray[Any]]

SEEDS = 3
ROUNDS = 80
# A fitted family costs time at every assessment: it stays when the gain is beyond chance, one-sided. Five are
# asked, and their folds share clients, so the level is strict.
LEVEL = 0.99


@dataclass(frozen=True, slots=True)
class Effort:
    """How many clients are asked, and on how many of the five folds of each seed."""

    clients: int
    folds: int


THOROUGH = Effort(clients=15_000, folds=2)
QUICK = Effort(clients=2_000, folds=1)

_APPLICATION: Mapping[str, tuple[str, ...]] = {
    "A1 application": tuple(feature.name for feature in columns.FEATURES),
    "A2 external ratings": tuple(one.feature.name for one in external_ratings.DERIVED),
    "A3 money": tuple(one.feature.name for one in amounts.DERIVED),
    "A4 times": tuple(one.feature.name for one in dates.DERIVED),
    "A6 counts": tuple(one.feature.name for one in counts.DERIVED),
}
_HISTORY = {
    "bureau": "B",
    "bureau_balance": "C",
    "previous_application": "D",
    "pos_cash_balance": "E",
    "installments_payments": "F",
    "credit_card_balance": "G",
}
_FITTED = {
    "implied": "A8 implied term and rate",
    "peers": "A9 against peers",
    "neighbours": "A10 nearest neighbours",
    "expected": "A11 expected ratings",
    "nested": "I nested models",
}


def plain_families() -> dict[str, tuple[str, ...]]:
    """Every plain feature of the catalogue, by family."""
    found = {
        **_APPLICATION,
        **{
            f"{_HISTORY[history.table]} {history.table}": tuple(
                feature.name for feature in history.aggregates
            )
            for history in all_tables.TABLE_HISTORIES
        },
    }
    told = {name for names in found.values() for name in names}
    rest = [one.feature for one in catalogue.DERIVED if one.feature.name not in told]
    alone = tuple(feature.name for feature in rest if feature.table == "application")
    across = tuple(feature.name for feature in rest if feature.table != "application")
    return {**found, "A7 rates": alone, "H across tables": across}


def families(
    clients: Clients, learn: NDArray[np.int64], past: Past, *, effort: Effort, seed: int, say: Say
) -> list[dict[str, Any]]:
    """[{"family", "code", "features", "gain_auc", "se", "seeds", "pairs", "fitted", "kept"}].

    `gain_auc` is the mean AUC gained by having the family beside all plain features, over folds paired by
    seed and number, `se` its standard error. Only the clients at `learn` are asked: no held-out one.
    """
    rows = learn[probe_models.sampled(clients.target[learn], effort.clients, seed)]
    asked = _Asked(clients, rows, effort.folds, seed)
    say(f"Families of features: {len(rows):,} clients, {SEEDS} seeds, {effort.folds} folds each")
    whole = asked.aucs(partial(asked.without, set()))
    found = []
    for family, members in plain_families().items():
        if present := [name for name in clients.names if name in set(members)]:
            gained = whole - asked.aucs(partial(asked.without, set(present)))
            found.append(entry(family, "", present, gained, fitted=False))
    for code in FAMILIES:
        names = [feature.name for feature in FAMILIES[code].features]
        gained = asked.aucs(partial(asked.with_fitted, code, past)) - whole
        # Clients who cannot teach a family leave every fold as it was.
        if gained.any():
            found.append(entry(_FITTED[code], code, names, gained, fitted=True))
    for one in found:
        say(f"{one['family']}: {one['gain_auc']:+.5f} AUC, standard error {one['se']:.5f}")
    return found


def entry(family: str, code: str, names: Sequence[str], gained: Values, *, fitted: bool) -> dict[str, Any]:
    """One row of the table, from the AUC gained on each pair of folds, (p,)."""
    mean, error = float(gained.mean()), float(gained.std(ddof=1) / np.sqrt(len(gained)))
    return {
        "family": family,
        "code": code,
        "features": len(names),
        "gain_auc": mean,
        "se": error,
        "seeds": SEEDS,
        "pairs": len(gained),
        "fitted": fitted,
        "kept": not fitted or mean > _chance(len(gained)) * error,
    }


def _chance(pairs: int) -> float:
    """How many standard errors chance exceeds once in a hundred times."""
    return float(stats.t.ppf(LEVEL, pairs - 1))


@dataclass(frozen=True, slots=True)
class _Asked:
    clients: Clients
    rows: NDArray[np.int64]
    folds: int
    seed: int

    def aucs(self, given: Callable[[NDArray[np.bool_]], tuple[Sequence[str], Values]]) -> Values:
        """(SEEDS * folds,): the AUC on each fold; `given` has names and matrix for a fold left out."""
        target = self.clients.target[self.rows]
        found = []
        for number in range(SEEDS):
            fold = splits.folds(target, self.seed + number)
            for one in range(self.folds):
                inside = fold == one
                names, matrix = given(inside)
                question = Question(names, matrix, target, _categories(names))
                fitted = probe_models.fit(question, ~inside, self.seed + number, rounds=ROUNDS)
                raw = lightgbm.raw_scores(fitted, matrix[inside])
                ranked = classification.rank(target[inside], raw, threshold=0.0)
                found.append(classification.auc(ranked))
        return np.array(found)

    def without(self, gone: set[str], inside: NDArray[np.bool_]) -> tuple[Sequence[str], Values]:
        kept = [place for place, name in enumerate(self.clients.names) if name not in gone]
        names = [self.clients.names[place] for place in kept]
        return names, self.clients.matrix[self.rows][:, kept]

    def with_fitted(self, code: str, past: Past, inside: NDArray[np.bool_]) -> tuple[Sequence[str], Values]:
        names, matrix = self.clients.names, self.clients.matrix[self.rows]
        taught, asked = plain_of(names, matrix[~inside]), plain_of(names, matrix[inside])
        fitted = LearnedFeatures.fit([code], taught, self.clients.target[self.rows][~inside], past)
        if not fitted.families:
            return names, matrix
        learned = np.empty((len(matrix), len(fitted.names)))
        learned[~inside], learned[inside] = fitted.cross_fitted(taught), fitted.transform(asked)
        return [*names, *fitted.names], np.hstack([matrix, learned])


def _categories(names: Sequence[str]) -> list[str]:
    return [name for name in names if catalogue.BY_NAME[name].categories]
