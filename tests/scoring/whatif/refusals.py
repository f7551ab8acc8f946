"""Applications, and a small model over the columns that a person could change."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from scoring.ml import lightgbm
from scoring.ml.features.frames import columns_of
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.features.spec.formula import Columns

FEATURES = (
    "EXT_SOURCE_2",
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "AMT_GOODS_PRICE",
    "AMT_INCOME_TOTAL",
    "CREDIT_TO_ANNUITY",
    "CREDIT_TO_GOODS",
    "ANNUITY_TO_INCOME",
    "TERM_OF_CREDIT",
    "DAYS_BIRTH",
    "DAYS_EMPLOYED",
    "FLAG_DOCUMENT_3",
    "DOCUMENTS",
)
Record = dict[str, Any]


class SmallModel:
    """A booster over a few features; `threshold` refuses half of the records it was trained on."""

    def __init__(self, records: list[Record], target: np.ndarray) -> None:
        matrix = feature_matrix(columns_of(records), FEATURES)
        settings = {
            "objective": "binary",
            "num_leaves": 15,
            "min_data_in_leaf": 20,
            "num_threads": 1,
            "seed": 1,
        }
        rows = lightgbm.Dataset(matrix, target)
        self.booster = lightgbm.train({**settings, "verbose": -1}, rows, num_boost_round=60)
        self.threshold = float(np.median(self.probability(columns_of(records))))

    def probability(self, columns: Columns) -> np.ndarray:
        return 1 / (1 + np.exp(-lightgbm.raw_scores(self.booster, feature_matrix(columns, FEATURES))))

    def of(self, record: Record) -> float:
        return float(self.probability(columns_of([record]))[0])

    def refused(self, records: list[Record]) -> list[Record]:
        probabilities = self.probability(columns_of(records))
        pairs = zip(records, probabilities, strict=True)
        return [record for record, probability in pairs if probability >= self.threshold]


def synthetic(size: int = 3_000) -> tuple[list[Record], np.ndarray]:
    rng = np.random.default_rng(3)
    revolving = rng.random(size) < 0.1
    price = np.round(rng.lognormal(12.9, 0.6, size), -3)
    credit = np.round(price * np.where(revolving, 1.0, rng.uniform(1.0, 1.4, size)), 1)
    annuity = np.round(credit / np.where(revolving, 20.0, rng.uniform(9, 36, size)), 1)
    income = np.round(rng.lognormal(11.9, 0.5, size), -2)
    rating = rng.beta(4, 4, size)
    odds = 2 + 2 * annuity / income * 12 - 7 * rating + credit / 1e6
    target = (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    columns = {
        "NAME_CONTRACT_TYPE": np.where(revolving, "Revolving loans", "Cash loans"),
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": annuity,
        "AMT_GOODS_PRICE": price,
        "AMT_INCOME_TOTAL": income,
        "DAYS_BIRTH": -rng.integers(8_000, 25_000, size).astype(float),
        "DAYS_EMPLOYED": -rng.integers(1, 3_000, size).astype(float),
        "EXT_SOURCE_2": rating,
        "FLAG_DOCUMENT_3": (rng.random(size) < 0.7).astype(float),
        "FLAG_DOCUMENT_8": (rng.random(size) < 0.1).astype(float),
    }
    return _records({name: values.tolist() for name, values in columns.items()}), target


def real(home_credit: Path) -> tuple[list[Record], np.ndarray]:
    """The train clients of the folder with six tables, their applications alone."""
    table = pq.read_table(home_credit / "six_tables" / "application_train.parquet")
    return _records(table.to_pydict()), np.array(table["TARGET"].to_pylist(), dtype=np.float64)


def _records(columns: dict[str, list[Any]]) -> list[Record]:
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return [
        {name: value for name, value in row.items() if value is not None and value == value} for row in rows
    ]
