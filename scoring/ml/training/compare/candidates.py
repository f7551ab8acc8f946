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
from scoring.ml.training.fit.hyperparameters import Hyperparameters, LightGBMParams

Values = NDArray[np.float64]

STOPPING_SHARE = 0.1
SMOTE_SHARE = 0.5
_LEARNING_RATE = 0.05
_SMOTE_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class CandidateInputs:
    """Columns that a candidate is built for, `categorical` by position, and our hyperparameters."""

    names: tuple[str, ...]
    categorical: tuple[int, ...]
    hyperparameters: Hyperparameters
    seed: int

    @property
    def numeric(self) -> list[int]:
        return [column for column in range(len(self.names)) if column not in self.categorical]


class LightGBMEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """LightGBM with early stopping; without `patience` it takes exactly `rounds` rounds."""

    def __init__(
        self,
        names: tuple[str, ...],
        categorical: tuple[int, ...],
        params: LightGBMParams,
        *,
        rounds: int,
        patience: int = 0,
        seeds: int = 1,
        seed: int = 1,
    ) -> None:
        self.names, self.categorical, self.params = names, categorical, params
        self.rounds, self.patience, self.seeds, self.seed = rounds, patience, seeds, seed

    def fit(self, matrix: Values, target: Values) -> "LightGBMEstimator":
        self.classes_ = np.array([0.0, 1.0])
        self.boosters_ = [self._train(matrix, target, number) for number in range(self.seeds)]
        return self

    def predict_proba(self, matrix: Values) -> Values:
        scores = [lightgbm.raw_scores(booster, np.asarray(matrix)) for booster in self.boosters_]
        probability = sigmoid(np.mean(scores, axis=0))
        return np.column_stack([1 - probability, probability])

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)

    def _train(self, matrix: Values, target: Values, number: int) -> lightgbm.Booster:
        seed = self.seed * 1_000 + number
        seeds = {"bagging_seed": seed, "feature_fraction_seed": seed, "extra_seed": seed}
        params = {**self.params, "num_threads": 1, **seeds}
        if not self.patience:
            return lightgbm.train(params, self._dataset(matrix, target), num_boost_round=self.rounds)
        train, validation = early_stopping_split(target, self.seed)
        dataset = self._dataset(matrix[train], target[train])
        return lightgbm.train(
            params,
            dataset,
            num_boost_round=self.rounds,
            valid_sets=[dataset.create_valid(matrix[validation], target[validation])],
            callbacks=[lightgbm.early_stopping(self.patience, verbose=False)],
        )

    def _dataset(self, matrix: Values, target: Values) -> lightgbm.Dataset:
        return lightgbm.Dataset(
            np.asarray(matrix),
            target,
            feature_name=list(self.names),
            categorical_feature=list(self.categorical),
            params=dict(self.params),
        )


class XGBoostEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """XGBoost by histograms with native categories."""

    def __init__(self, categorical: tuple[int, ...], *, rounds: int, patience: int, seed: int) -> None:
        self.categorical, self.rounds, self.patience, self.seed = categorical, rounds, patience, seed

    def fit(self, matrix: Values, target: Values) -> "XGBoostEstimator":
        from xgboost import XGBClassifier

        train, validation = early_stopping_split(target, self.seed)
        self.classes_ = np.array([0.0, 1.0])
        self.model_ = XGBClassifier(
            n_estimators=self.rounds,
            learning_rate=_LEARNING_RATE,
            max_depth=5,
            colsample_bytree=0.2,
            subsample=0.85,
            reg_lambda=20.0,
            min_child_weight=20.0,
            tree_method="hist",
            enable_categorical=True,
            feature_types=["c" if column in self.categorical else "q" for column in range(matrix.shape[1])],
            early_stopping_rounds=self.patience,
            eval_metric="logloss",
            n_jobs=1,
            random_state=self.seed,
        )
        validation_set = [(matrix[validation], target[validation])]
        self.model_.fit(matrix[train], target[train], eval_set=validation_set, verbose=False)
        return self

    def predict_proba(self, matrix: Values) -> Values:
        return np.asarray(self.model_.predict_proba(np.asarray(matrix)), dtype=np.float64)

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)


def early_stopping_split(target: Values, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions to train on, and those of the tenth for early stopping."""
    train, validation = train_test_split(
        np.arange(len(target)), test_size=STOPPING_SHARE, stratify=target, random_state=seed
    )
    return train, validation


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


def _lightgbm(inputs: CandidateInputs) -> Any:
    hyperparameters = inputs.hyperparameters
    return LightGBMEstimator(
        inputs.names,
        inputs.categorical,
        hyperparameters.params,
        rounds=hyperparameters.max_rounds,
        patience=hyperparameters.patience,
        seeds=hyperparameters.seeds,
        seed=inputs.seed,
    )


def _smote(inputs: CandidateInputs) -> Any:
    plain: LightGBMParams = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 31, "verbose": -1}
    return ResamplingPipeline(
        [
            ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("smote", SMOTE(sampling_strategy=SMOTE_SHARE, random_state=inputs.seed)),
            ("scale", StandardScaler()),
            ("lightgbm", LightGBMEstimator(inputs.names, (), plain, rounds=_SMOTE_ROUNDS, seed=inputs.seed)),
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
        _hist_gradient_boosting,
    ),
    "logistic_regression": Candidate(
        "Logistic regression",
        "Numbers by quantiles to a normal shape, missing values by median, categories one by one, L2.",
        _logistic,
    ),
    "dummy": Candidate("No model", "The mean default rate for everybody.", _dummy),
}
