"""Candidate models, from no model at all to our own hyperparameters, each as a scikit-learn estimator.

Every boosted one stops on a tenth of its training clients, never on those that it is evaluated on. Each runs
on one thread, so that their times compare.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline as ResamplingPipeline
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

from scoring.ml.training.compare.estimators import (
    STOPPING_SHARE,
    BlendEstimator,
    CatBoostEstimator,
    LightGBMEstimator,
    XGBoostEstimator,
)
from scoring.ml.training.fit.early_stopping import monotone
from scoring.ml.training.fit.hyperparameters import Hyperparameters, LightGBMParams

Values = NDArray[np.float64]

SMOTE_SHARE = 0.5
_LEARNING_RATE = 0.05
_SMOTE_ROUNDS = 100
START = "POOLED_LOG_ODDS"


@dataclass(frozen=True, slots=True)
class CandidateInputs:
    """Columns that a candidate is built for, `categorical` by position, and our hyperparameters.

    With `has_start` a last column follows: the log-odds that clients of pooled folders teach. Our boosters
    add to it, the other candidates read it like any number.
    """

    names: tuple[str, ...]
    categorical: tuple[int, ...]
    hyperparameters: Hyperparameters
    seed: int
    has_start: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.names, START) if self.has_start else self.names

    @property
    def numeric(self) -> list[int]:
        return [column for column in range(len(self.columns)) if column not in self.categorical]


@dataclass(frozen=True, slots=True)
class Candidate:
    """`label` is its name, `description` one sentence about it, `build` makes an unfitted estimator."""

    label: str
    description: str
    build: Callable[[CandidateInputs], Any]


def _dummy(inputs: CandidateInputs) -> Any:
    return DummyClassifier(strategy="prior")


def _logistic(inputs: CandidateInputs) -> Any:
    numbers = make_pipeline(
        QuantileTransformer(n_quantiles=200, output_distribution="normal", random_state=inputs.seed),
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
    )
    columns = ColumnTransformer(
        [
            ("numbers", numbers, inputs.numeric),
            ("categories", OneHotEncoder(handle_unknown="ignore"), list(inputs.categorical)),
        ]
    )
    return Pipeline([("columns", columns), ("logistic", LogisticRegression(C=0.02, max_iter=400))])


def _forest(inputs: CandidateInputs) -> Any:
    return RandomForestClassifier(
        n_estimators=60 if inputs.hyperparameters.quick else 200,
        min_samples_leaf=20,
        max_samples=0.5,
        random_state=inputs.seed,
        n_jobs=1,
    )


def _hist_gradient_boosting(inputs: CandidateInputs) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=_LEARNING_RATE,
        max_iter=inputs.hyperparameters.max_rounds,
        l2_regularization=20.0,
        min_samples_leaf=50,
        max_features=0.2,
        categorical_features=list(inputs.categorical) or None,
        early_stopping=True,
        validation_fraction=STOPPING_SHARE,
        n_iter_no_change=30,
        random_state=inputs.seed,
    )


def _xgboost(inputs: CandidateInputs) -> Any:
    return XGBoostEstimator(
        inputs.categorical, rounds=inputs.hyperparameters.max_rounds, patience=50, seed=inputs.seed
    )


def _catboost(inputs: CandidateInputs) -> Any:
    return CatBoostEstimator(
        inputs.categorical, rounds=inputs.hyperparameters.max_rounds, patience=50, seed=inputs.seed
    )


def _lightgbm(inputs: CandidateInputs) -> Any:
    hyperparameters = inputs.hyperparameters
    params: dict[str, Any] = dict(hyperparameters.params)
    return LightGBMEstimator(
        inputs.names,
        inputs.categorical,
        params | monotone(inputs.names, hyperparameters.directions),
        rounds=hyperparameters.max_rounds,
        patience=hyperparameters.patience,
        seeds=hyperparameters.seeds,
        seed=inputs.seed,
        has_start=inputs.has_start,
    )


def _blend(inputs: CandidateInputs) -> Any:
    return BlendEstimator(_lightgbm(inputs), _xgboost(inputs))


def _smote(inputs: CandidateInputs) -> Any:
    plain: LightGBMParams = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 31, "verbose": -1}
    return ResamplingPipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("smote", SMOTE(sampling_strategy=SMOTE_SHARE, random_state=inputs.seed)),
            ("scale", StandardScaler()),
            (
                "lightgbm",
                LightGBMEstimator(inputs.columns, (), plain, rounds=_SMOTE_ROUNDS, seed=inputs.seed),
            ),
        ]
    )


# The slowest first: they are run side by side.
CANDIDATES: Mapping[str, Candidate] = {
    "random_forest": Candidate(
        "Random forest", "Bagged deep trees, half of the clients each, leaves of 20 or more.", _forest
    ),
    "lightgbm": Candidate("LightGBM", "The recipe that train uses, averaged over its seeds.", _lightgbm),
    "catboost": Candidate(
        "CatBoost",
        "Symmetric trees; each category by the outcomes of other clients that have it.",
        _catboost,
    ),
    "blend": Candidate(
        "LightGBM and XGBoost",
        "The recipe that train uses with three tenths of XGBoost, its trees rewritten as LightGBM text.",
        _blend,
    ),
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
        _hist_gradient_boosting,
    ),
    "logistic_regression": Candidate(
        "Logistic regression",
        "Numbers by quantiles to a normal shape, missing values by median, categories one by one, L2.",
        _logistic,
    ),
    "dummy": Candidate("No model", "The mean default rate for everybody.", _dummy),
}
