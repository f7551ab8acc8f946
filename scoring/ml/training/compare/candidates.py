"""The models that are compared: from no model at all to our own recipe, each as a scikit-learn estimator.

Every boosted one stops on a tenth of the clients it may learn from, never on those it is judged by. Each runs
on one thread, so that their times compare.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as ResamplingPipeline
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from scoring.ml import lightgbm
from scoring.ml.model.calibration import sigmoid
from scoring.ml.training.fit.hyperparameters import Recipe

Values = NDArray[np.float64]

STOPPING = 0.1
SMOTE_SHARE = 0.5
_STEP = 0.05
_CLASSIC_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """What every candidate is built for: the columns, `categorical` their positions, and our recipe."""

    names: tuple[str, ...]
    categorical: tuple[int, ...]
    recipe: Recipe
    seed: int

    @property
    def numeric(self) -> list[int]:
        return [one for one in range(len(self.names)) if one not in self.categorical]


class Boosted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """LightGBM by a recipe's settings; without `patience` it takes exactly `rounds` rounds."""

    def __init__(
        self,
        names: tuple[str, ...],
        categorical: tuple[int, ...],
        params: Mapping[str, Any],
        *,
        rounds: int,
        patience: int = 0,
        seeds: int = 1,
        seed: int = 1,
    ) -> None:
        self.names, self.categorical, self.params = names, categorical, params
        self.rounds, self.patience, self.seeds, self.seed = rounds, patience, seeds, seed

    def fit(self, matrix: Values, target: Values) -> "Boosted":
        self.classes_ = np.array([0.0, 1.0])
        self.boosters_ = [self._train(matrix, target, number) for number in range(self.seeds)]
        return self

    def predict_proba(self, matrix: Values) -> Values:
        raw = np.mean([lightgbm.raw_scores(one, np.asarray(matrix)) for one in self.boosters_], axis=0)
        return np.column_stack([1 - sigmoid(raw), sigmoid(raw)])

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)

    def _train(self, matrix: Values, target: Values, number: int) -> lightgbm.Booster:
        seed = self.seed * 1_000 + number
        own = {"num_threads": 1, "bagging_seed": seed, "feature_fraction_seed": seed, "extra_seed": seed}
        params = {**self.params, **own}
        if not self.patience:
            return lightgbm.train(params, self._rows(matrix, target), num_boost_round=self.rounds)
        learn, stop = stopping(target, self.seed)
        rows = self._rows(matrix[learn], target[learn])
        return lightgbm.train(
            params,
            rows,
            num_boost_round=self.rounds,
            valid_sets=[rows.create_valid(matrix[stop], target[stop])],
            callbacks=[lightgbm.early_stopping(self.patience, verbose=False)],
        )

    def _rows(self, matrix: Values, target: Values) -> lightgbm.Dataset:
        return lightgbm.Dataset(
            np.asarray(matrix),
            target,
            feature_name=list(self.names),
            categorical_feature=list(self.categorical),
            params=dict(self.params),
        )


class XGBoosted(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """XGBoost by histograms with native categories."""

    def __init__(self, categorical: tuple[int, ...], *, rounds: int, patience: int, seed: int) -> None:
        self.categorical, self.rounds, self.patience, self.seed = categorical, rounds, patience, seed

    def fit(self, matrix: Values, target: Values) -> "XGBoosted":
        from xgboost import XGBClassifier

        learn, stop = stopping(target, self.seed)
        self.classes_ = np.array([0.0, 1.0])
        self.model_ = XGBClassifier(
            n_estimators=self.rounds,
            learning_rate=_STEP,
            max_depth=5,
            colsample_bytree=0.2,
            subsample=0.85,
            reg_lambda=20.0,
            min_child_weight=20.0,
            tree_method="hist",
            enable_categorical=True,
            feature_types=["c" if one in self.categorical else "q" for one in range(matrix.shape[1])],
            early_stopping_rounds=self.patience,
            eval_metric="logloss",
            n_jobs=1,
            random_state=self.seed,
        )
        self.model_.fit(matrix[learn], target[learn], eval_set=[(matrix[stop], target[stop])], verbose=False)
        return self

    def predict_proba(self, matrix: Values) -> Values:
        return np.asarray(self.model_.predict_proba(np.asarray(matrix)), dtype=np.float64)

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)


def stopping(target: Values, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions to learn from, and the tenth that says when to stop."""
    learn, stop = train_test_split(
        np.arange(len(target)), test_size=STOPPING, stratify=target, random_state=seed
    )
    return learn, stop


@dataclass(frozen=True, slots=True)
class Candidate:
    """`label` is its name, `told` what it is in one sentence."""

    label: str
    told: str
    build: Callable[[Shape], Any]


def _dummy(shape: Shape) -> Any:
    return DummyClassifier(strategy="prior")


def _logistic(shape: Shape) -> Any:
    numbers = make_pipeline(
        QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=shape.seed),
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
    )
    columns = ColumnTransformer(
        [
            ("numbers", numbers, shape.numeric),
            ("categories", OneHotEncoder(handle_unknown="ignore"), list(shape.categorical)),
        ]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(C=0.02, max_iter=400))])


def _forest(shape: Shape) -> Any:
    return RandomForestClassifier(
        n_estimators=60 if shape.recipe.quick else 200,
        min_samples_leaf=20,
        max_samples=0.5,
        random_state=shape.seed,
        n_jobs=1,
    )


def _histograms(shape: Shape) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=_STEP,
        max_iter=shape.recipe.max_rounds,
        l2_regularization=20.0,
        min_samples_leaf=50,
        max_features=0.2,
        categorical_features=list(shape.categorical) or None,
        early_stopping=True,
        validation_fraction=STOPPING,
        n_iter_no_change=30,
        random_state=shape.seed,
    )


def _xgboost(shape: Shape) -> Any:
    return XGBoosted(shape.categorical, rounds=shape.recipe.max_rounds, patience=50, seed=shape.seed)


def _lightgbm(shape: Shape) -> Any:
    recipe = shape.recipe
    return Boosted(
        shape.names,
        shape.categorical,
        recipe.params,
        rounds=recipe.max_rounds,
        patience=recipe.patience,
        seeds=recipe.seeds,
        seed=shape.seed,
    )


def _smote(shape: Shape) -> Any:
    plain = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 31, "verbose": -1}
    return ResamplingPipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("smote", SMOTE(sampling_strategy=SMOTE_SHARE, random_state=shape.seed)),
            ("scale", StandardScaler()),
            ("lightgbm", Boosted(shape.names, (), plain, rounds=_CLASSIC_ROUNDS, seed=shape.seed)),
        ]
    )


# The slowest first: they are run side by side.
CANDIDATES: Mapping[str, Candidate] = {
    "random_forest": Candidate(
        "Random forest", "Bagged deep trees, half of the clients each, leaves of 20 or more.", _forest
    ),
    "lightgbm": Candidate("LightGBM", "The recipe that train uses, averaged over its seeds.", _lightgbm),
    "smote": Candidate(
        "SMOTE, scaler, LightGBM",
        "The classic recipe: missing values filled, defaults multiplied to half of the others on training "
        "folds only, standardised, LightGBM with its own defaults and 100 rounds.",
        _smote,
    ),
    "xgboost": Candidate("XGBoost", "Histogram trees with native categories.", _xgboost),
    "gradient_boosting": Candidate(
        "Gradient boosting",
        "scikit-learn's histogram gradient boosting; its older exact one does not end at this size.",
        _histograms,
    ),
    "logistic_regression": Candidate(
        "Logistic regression",
        "Numbers by quantiles to a normal shape, missing values by median, categories one by one, L2.",
        _logistic,
    ),
    "dummy": Candidate("No model", "The mean default rate for everybody.", _dummy),
}
