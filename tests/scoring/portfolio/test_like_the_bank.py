"""A drawn portfolio behaves like the bank: what is learned from it holds on real clients."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest

from scoring.ml.portfolio.default import inputs
from scoring.ml.portfolio.per_client import PerClient, ratio
from scoring.ml.portfolio.rows import read

pytestmark = pytest.mark.real_data

Rows = Mapping[str, Any]
LEFT_OUT = ("CODE_GENDER", "NAME_FAMILY_STATUS")
TREES = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 16,
    "min_child_samples": 80,
    "feature_fraction": 0.4,
    "num_threads": 2,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}


def matrix(rows: Rows) -> np.ndarray:
    """Raw columns and the classic ratios, without sex and family status."""
    columns = {name: values for name, values in inputs(rows).items() if name not in LEFT_OUT}
    return np.column_stack([values for values in columns.values() if values.dtype != object])


def auc(target: np.ndarray, score: np.ndarray) -> float:
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    defaults = int(target.sum())
    return float(
        (rank[target == 1].sum() - defaults * (defaults + 1) / 2) / (defaults * (len(target) - defaults))
    )


@pytest.fixture(scope="module")
def drawn(make) -> dict[str, Rows]:
    folder = make(clients=15_000, seed=7)
    return {path.stem: read(path) for path in folder.glob("*.parquet")}


def test_a_model_trained_on_drawn_clients_ranks_real_ones(drawn, home_credit):
    real = read(home_credit / "application_only" / "application_train.parquet")
    train = drawn["application_train"]
    model = lightgbm.train(TREES, lightgbm.Dataset(matrix(train), train["TARGET"]), 120)
    assert auc(real["TARGET"], model.predict(matrix(real), num_threads=2)) >= 0.70


def test_no_drawn_form_is_a_real_one(drawn, home_credit):
    columns = ("DAYS_BIRTH", "DAYS_ID_PUBLISH", "AMT_CREDIT", "AMT_ANNUITY", "AMT_INCOME_TOTAL")

    def forms(rows: Rows) -> set[tuple[float, ...]]:
        return set(zip(*(rows[name].tolist() for name in columns), strict=True))

    files = [home_credit / "application_only" / f"application_{side}.parquet" for side in ("train", "test")]
    real = set().union(*(forms(read(path)) for path in files))
    assert not real & (forms(drawn["application_train"]) | forms(drawn["application_test"]))


def statistics(rows: Mapping[str, Rows]) -> dict[str, np.ndarray]:
    """A few facts per train client that are known to go with default."""
    references = rows["application_train"]["SK_ID_CURR"].astype(np.int64)
    facts: dict[str, np.ndarray] = {}
    if (credits := rows.get("bureau")) is not None:
        bureau = PerClient(references, credits["SK_ID_CURR"].astype(np.int64))
        active = credits["CREDIT_ACTIVE"] == "Active"
        facts["active share"] = bureau.mean(active)
        facts["age of credits"] = bureau.mean(credits["DAYS_CREDIT"])
        debt, lent = (
            bureau.sum(np.where(active, credits[name], 0))
            for name in ("AMT_CREDIT_SUM_DEBT", "AMT_CREDIT_SUM")
        )
        facts["debt ratio"] = np.clip(ratio(debt, lent), 0, 2)
    if (contracts := rows.get("previous_application")) is not None:
        previous = PerClient(references, contracts["SK_ID_CURR"].astype(np.int64))
        facts["refused share"] = previous.mean(contracts["NAME_CONTRACT_STATUS"] == "Refused")
        facts["approved share"] = previous.mean(contracts["NAME_CONTRACT_STATUS"] == "Approved")
        facts["age of contracts"] = previous.mean(contracts["DAYS_DECISION"])
    if (months := rows.get("POS_CASH_balance")) is not None:
        facts["late months"] = PerClient(references, months["SK_ID_CURR"].astype(np.int64)).mean(
            months["SK_DPD"] > 0
        )
    if (months := rows.get("credit_card_balance")) is not None:
        card = PerClient(references, months["SK_ID_CURR"].astype(np.int64))
        usage = ratio(months["AMT_BALANCE"], months["AMT_CREDIT_LIMIT_ACTUAL"])
        facts["card usage"] = card.mean(np.clip(usage, 0, 2))
        facts["card drawings"] = card.mean(months["AMT_DRAWINGS_CURRENT"] > 0)
    if (payments := rows.get("installments_payments")) is not None:
        payer = PerClient(references, payments["SK_ID_CURR"].astype(np.int64))
        facts["late payments"] = payer.mean(payments["DAYS_ENTRY_PAYMENT"] > payments["DAYS_INSTALMENT"])
    return facts


def gaps(rows: Mapping[str, Rows]) -> dict[str, float]:
    """How much higher each fact is among those who default, in standard deviations."""
    target = rows["application_train"]["TARGET"]
    return {
        name: float((np.nanmean(fact[target == 1]) - np.nanmean(fact[target == 0])) / np.nanstd(fact))
        for name, fact in statistics(rows).items()
    }


def folder_rows(folder: Path) -> dict[str, Rows]:
    return {path.stem: read(path) for path in folder.glob("*.parquet") if path.stem != "bureau_balance"}


def test_histories_go_with_default_as_they_do_at_the_bank(drawn, home_credit):
    real = gaps(folder_rows(home_credit / "bureau_and_card")) | gaps(folder_rows(home_credit / "six_tables"))
    real["late payments"] = gaps(folder_rows(home_credit / "seven_tables"))["late payments"]
    synthetic = gaps(drawn)
    assert set(real) == set(synthetic)
    assert all(real[name] * synthetic[name] > 0 for name in real), {
        name: (real[name], synthetic[name]) for name in real
    }
