"""A folder of random applications whose outcome follows their external ratings."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def application_folder(path: Path, *, clients: int = 1_500, unlabelled: int = 60, seed: int = 1) -> Path:
    """Write `clients` applications with a TARGET (about one in eight defaults) and `unlabelled` without."""
    path.mkdir(parents=True, exist_ok=True)
    applications = _applications(clients + unlabelled, np.random.default_rng(seed))
    pq.write_table(applications.slice(0, clients), path / "application_train.parquet")
    if unlabelled:
        test_side = applications.slice(clients).drop_columns(["TARGET"])
        pq.write_table(test_side, path / "application_test.parquet")
    return path


def _applications(size: int, rng: np.random.Generator) -> pa.Table:
    ratings = rng.beta(4, 4, size=(size, 3))
    odds = 1.2 - 6.5 * ratings.mean(axis=1)
    unrated = rng.random(ratings.shape) < 0.2
    credit = np.round(rng.lognormal(13.1, 0.6, size), -2)
    columns = {
        "SK_ID_CURR": rng.permutation(np.arange(100_001, 100_001 + size)),
        "TARGET": (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(np.int64),
        "NAME_CONTRACT_TYPE": rng.choice(["Cash loans", "Revolving loans"], size, p=[0.9, 0.1]),
        "CODE_GENDER": rng.choice(["F", "M"], size, p=[0.65, 0.35]),
        "NAME_FAMILY_STATUS": rng.choice(["Married", "Single / not married"], size),
        "NAME_EDUCATION_TYPE": rng.choice(["Higher education", "Secondary / secondary special"], size),
        "AMT_CREDIT": credit,
        "AMT_ANNUITY": np.round(credit / rng.uniform(8, 40, size), 1),
        "AMT_INCOME_TOTAL": np.round(rng.lognormal(11.9, 0.5, size), -2),
        "DAYS_BIRTH": -rng.integers(8_000, 25_000, size),
        "DAYS_EMPLOYED": -rng.integers(1, 6_000, size),
        "EXT_SOURCE_1": pa.array(ratings[:, 0], mask=unrated[:, 0]),
        "EXT_SOURCE_2": pa.array(ratings[:, 1], mask=unrated[:, 1]),
        "EXT_SOURCE_3": pa.array(ratings[:, 2], mask=unrated[:, 2]),
    }
    return pa.table(columns)
