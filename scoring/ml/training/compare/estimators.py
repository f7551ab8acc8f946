"""Boosters as scikit-learn estimators. Each stops on a tenth of its own training clients."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split

from scoring.ml import lightgbm
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.fit.bagging import averaged, weighted
from scoring.ml.training.fit.hyperparameters import LightGBMParams
from scoring.ml.training.fit.xgboost_text import as_lightgbm

Values = NDArray[np.float64]

STOPPING_SHARE = 0.1
XGBOOST_LEARNING_RATE = 0.05
XGBOOST_WEIGHT = 0.3
CATBOOST_LEARNING_RATE = 0.06


class LightGBMEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """LightGBM with early stopping; without `patience` it takes exactly `rounds` rounds.

    With `has_start` the last column is no feature but the log-odds that the boosters add to.
    """

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
        has_start: bool = False,
    ) -> None:
        self.names, self.categorical, self.params = names, categorical, params
        self.rounds, self.patience, self.seeds, self.seed = rounds, patience, seeds, seed
        self.has_start = has_start

    def fit(self, matrix: Values, target: Values) -> "LightGBMEstimator":
        self.classes_ = np.array([0.0, 1.0])
        self.boosters_ = [self._train(matrix, target, number) for number in range(self.seeds)]
        return self

    def predict_proba(self, matrix: Values) -> Values:
        features, start = self._parts(np.asarray(matrix))
        scores = [lightgbm.raw_scores(booster, features) for booster in self.boosters_]
        probability = sigmoid(np.mean(scores, axis=0) + (0.0 if start is None else start))
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
            valid_sets=[self._dataset(matrix[validation], target[validation], dataset)],
            callbacks=[lightgbm.early_stopping(self.patience, verbose=False)],
        )

    def _parts(self, matrix: Values) -> tuple[Values, Values | None]:
        return (matrix[:, :-1], matrix[:, -1]) if self.has_start else (matrix, None)

    def _dataset(
        self, matrix: Values, target: Values, reference: lightgbm.Dataset | None = None
    ) -> lightgbm.Dataset:
        features, start = self._parts(np.asarray(matrix))
        return lightgbm.Dataset(
            features,
            target,
            init_score=start,
            reference=reference,
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
            learning_rate=XGBOOST_LEARNING_RATE,
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


class CatBoostEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """CatBoost: symmetric trees, categories by statistics of the outcome in the order of a permutation."""

    def __init__(self, categorical: tuple[int, ...], *, rounds: int, patience: int, seed: int) -> None:
        self.categorical, self.rounds, self.patience, self.seed = categorical, rounds, patience, seed

    def fit(self, matrix: Values, target: Values) -> "CatBoostEstimator":
        from catboost import CatBoostClassifier

        train, validation = early_stopping_split(target, self.seed)
        self.classes_ = np.array([0.0, 1.0])
        self.model_ = CatBoostClassifier(
            iterations=self.rounds,
            learning_rate=CATBOOST_LEARNING_RATE,
            depth=6,
            rsm=0.2,
            l2_leaf_reg=20.0,
            max_ctr_complexity=1,
            boosting_type="Plain",
            early_stopping_rounds=self.patience,
            eval_metric="Logloss",
            thread_count=1,
            random_seed=self.seed,
            allow_writing_files=False,
            verbose=False,
        )
        self.model_.fit(
            self._pool(matrix[train], target[train]),
            eval_set=self._pool(matrix[validation], target[validation]),
        )
        return self

    def predict_proba(self, matrix: Values) -> Values:
        return np.asarray(self.model_.predict_proba(self._pool(np.asarray(matrix))), dtype=np.float64)

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)

    def _pool(self, matrix: Values, target: Values | None = None) -> Any:
        """Return the columns as CatBoost takes them: numbers in single precision, categories as words."""
        from catboost import FeaturesData, Pool

        numeric = [column for column in range(matrix.shape[1]) if column not in self.categorical]
        categories = matrix[:, list(self.categorical)]
        # Codes are whole numbers; a missing one is a word like any other.
        words = np.char.mod("%g", categories).astype("S").astype(object)
        return Pool(
            FeaturesData(
                num_feature_data=np.ascontiguousarray(matrix[:, numeric], dtype=np.float32),
                cat_feature_data=words if self.categorical else None,
            ),
            target,
        )


class BlendEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """LightGBM and XGBoost in one LightGBM text, XGBOOST_WEIGHT of the log-odds from the latter."""

    def __init__(self, ours: LightGBMEstimator, other: XGBoostEstimator) -> None:
        self.ours, self.other = ours, other

    def fit(self, matrix: Values, target: Values) -> "BlendEstimator":
        self.classes_ = np.array([0.0, 1.0])
        names = self.ours.names
        codes = {name: len(categories) for name, categories in vocabulary(names).items()}
        model = self.other.fit(matrix, target).model_
        rewritten = as_lightgbm(
            model.get_booster(), names, matrix, categories=codes, rounds=model.best_iteration + 1
        )
        ours = averaged(self.ours.fit(matrix, target).boosters_)
        self.booster_ = weighted([ours, rewritten], [1 - XGBOOST_WEIGHT, XGBOOST_WEIGHT])
        return self

    def predict_proba(self, matrix: Values) -> Values:
        probability = sigmoid(lightgbm.raw_scores(self.booster_, np.asarray(matrix)))
        return np.column_stack([1 - probability, probability])

    def predict(self, matrix: Values) -> Values:
        return (self.predict_proba(matrix)[:, 1] >= 0.5).astype(np.float64)


def early_stopping_split(target: Values, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions to train on, and those of the tenth for early stopping."""
    train, validation = train_test_split(
        np.arange(len(target)), test_size=STOPPING_SHARE, stratify=target, random_state=seed
    )
    return train, validation
