"""Features and settings of the competition's best known public recipe, "LightGBM with simple features".

Written anew from its public description: categories one by one, five ratios of the application, and for each
history table the minimum, maximum, mean, sum or variance of its columns per client. Sex and family status are
among its inputs, as in the original.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.ml.tables.folder import Folder

Frame = Any
Aggregations = Mapping[str, Sequence[str]]

# The settings that the kernel was published with.
KERNEL_PARAMS: Final[dict[str, str | float | bool]] = {
    "objective": "binary",
    "metric": "auc",
    "learning_rate": 0.02,
    "num_leaves": 34,
    "max_depth": 8,
    "feature_fraction": 0.9497036,
    "bagging_fraction": 0.8715623,
    "lambda_l1": 0.041545473,
    "lambda_l2": 0.0735294,
    "min_gain_to_split": 0.0222415,
    "min_sum_hessian_in_leaf": 39.3259775,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
KERNEL_ROUNDS: Final = 10_000

UNKNOWN_DAYS = 365243
BINARY = ("CODE_GENDER", "FLAG_OWN_CAR", "FLAG_OWN_REALTY")
LEVELS, RANGE = ("max", "mean", "sum"), ("min", "max", "mean")

BUREAU: Aggregations = {
    "DAYS_CREDIT": (*RANGE, "var"),
    "DAYS_CREDIT_ENDDATE": RANGE,
    "DAYS_CREDIT_UPDATE": ("mean",),
    "CREDIT_DAY_OVERDUE": ("max", "mean"),
    "AMT_CREDIT_MAX_OVERDUE": ("mean",),
    "AMT_CREDIT_SUM": LEVELS,
    "AMT_CREDIT_SUM_DEBT": LEVELS,
    "AMT_CREDIT_SUM_OVERDUE": ("mean",),
    "AMT_CREDIT_SUM_LIMIT": ("mean", "sum"),
    "AMT_ANNUITY": ("max", "mean"),
    "CNT_CREDIT_PROLONG": ("sum",),
    "MONTHS_BALANCE_min": ("min",),
    "MONTHS_BALANCE_max": ("max",),
    "MONTHS_BALANCE_size": ("mean", "sum"),
}
PREVIOUS: Aggregations = {
    **dict.fromkeys(("AMT_ANNUITY", "AMT_APPLICATION", "AMT_CREDIT"), RANGE),
    "APP_CREDIT_PERC": (*RANGE, "var"),
    **dict.fromkeys(
        (
            "AMT_DOWN_PAYMENT",
            "AMT_GOODS_PRICE",
            "HOUR_APPR_PROCESS_START",
            "RATE_DOWN_PAYMENT",
            "DAYS_DECISION",
        ),
        RANGE,
    ),
    "CNT_PAYMENT": ("mean", "sum"),
}
POS: Aggregations = {
    "MONTHS_BALANCE": ("max", "mean", "size"),
    "SK_DPD": ("max", "mean"),
    "SK_DPD_DEF": ("max", "mean"),
}
INSTALLMENTS: Aggregations = {
    "NUM_INSTALMENT_VERSION": ("nunique",),
    "DPD": LEVELS,
    "DBD": LEVELS,
    "PAYMENT_PERC": (*LEVELS, "var"),
    "PAYMENT_DIFF": (*LEVELS, "var"),
    "AMT_INSTALMENT": LEVELS,
    "AMT_PAYMENT": (*RANGE, "sum"),
    "DAYS_ENTRY_PAYMENT": LEVELS,
}
CARD_AGGREGATES = (*RANGE, "sum", "var")


@dataclass(frozen=True, slots=True)
class KernelClients:
    """`matrix` (n, k) of the labelled clients, by reference, their `reference` and `target`, (n,)."""

    names: tuple[str, ...]
    matrix: NDArray[np.float64]
    reference: NDArray[np.int64]
    target: NDArray[np.float64]


def kernel_clients(folder: Folder) -> KernelClients:
    """Return the features of the clients with a known outcome, ordered by reference."""
    frame = _application(_read(folder.application))
    tables = {name: _read(table) for name, table in folder.history.items()}
    for history in _histories(tables):
        frame = frame.join(history, how="left")
    frame = frame[frame["TARGET"].notna()].sort_index()
    features = frame.drop(columns="TARGET")
    return KernelClients(
        tuple(f"F{column}" for column in range(features.shape[1])),
        np.ascontiguousarray(features.to_numpy(dtype=np.float64)),
        frame.index.to_numpy(dtype=np.int64),
        frame["TARGET"].to_numpy(dtype=np.float64),
    )


def _read(table: Any) -> Frame:
    return table.to_pandas().drop(columns=["file", "line", "side"], errors="ignore")


def _application(frame: Frame) -> Frame:
    frame = frame.set_index("SK_ID_CURR")
    frame["DAYS_EMPLOYED"] = frame["DAYS_EMPLOYED"].replace(UNKNOWN_DAYS, np.nan)
    for name in BINARY:
        frame[name] = pd.factorize(frame[name])[0]
    frame["DAYS_EMPLOYED_PERC"] = frame["DAYS_EMPLOYED"] / frame["DAYS_BIRTH"]
    frame["INCOME_CREDIT_PERC"] = frame["AMT_INCOME_TOTAL"] / frame["AMT_CREDIT"]
    frame["INCOME_PER_PERSON"] = frame["AMT_INCOME_TOTAL"] / frame["CNT_FAM_MEMBERS"]
    frame["ANNUITY_INCOME_PERC"] = frame["AMT_ANNUITY"] / frame["AMT_INCOME_TOTAL"]
    frame["PAYMENT_RATE"] = frame["AMT_ANNUITY"] / frame["AMT_CREDIT"]
    return _one_hot(frame, missing=False)[0]


def _histories(tables: Mapping[str, Frame]) -> list[Frame]:
    histories = []
    if "bureau" in tables:
        histories.append(_bureau(tables["bureau"], tables.get("bureau_balance")))
    if "previous_application" in tables:
        histories.append(_previous(tables["previous_application"]))
    if "pos_cash_balance" in tables:
        histories.append(_table(tables["pos_cash_balance"], POS, "POS", count=True))
    if "installments_payments" in tables:
        histories.append(_installments(tables["installments_payments"]))
    if "credit_card_balance" in tables:
        histories.append(_card(tables["credit_card_balance"]))
    return histories


def _bureau(loans: Frame, months: Frame | None) -> Frame:
    if months is None:
        months = pd.DataFrame({"SK_ID_BUREAU": [], "MONTHS_BALANCE": []})
    months, statuses = _one_hot(months)
    by_loan = _aggregate(
        months,
        "SK_ID_BUREAU",
        {"MONTHS_BALANCE": ("min", "max", "size"), **dict.fromkeys(statuses, ("mean",))},
    )
    loans, categories = _one_hot(loans.join(by_loan, on="SK_ID_BUREAU", how="left"))
    monthly = [f"{status}_mean" for status in statuses]
    every = _aggregate(loans, "SK_ID_CURR", {**BUREAU, **dict.fromkeys([*categories, *monthly], ("mean",))})
    parts = [every.add_prefix("BURO_")]
    for state in ("Active", "Closed"):
        if (column := f"CREDIT_ACTIVE_{state}") in loans:
            rows = loans[loans[column] == 1]
            parts.append(_aggregate(rows, "SK_ID_CURR", BUREAU).add_prefix(f"{state}_"))
    return pd.concat(parts, axis=1)


def _previous(loans: Frame) -> Frame:
    loans, categories = _one_hot(loans)
    days = [name for name in loans if name.startswith("DAYS_") and name != "DAYS_DECISION"]
    loans[days] = loans[days].replace(UNKNOWN_DAYS, np.nan)
    loans["APP_CREDIT_PERC"] = (loans["AMT_APPLICATION"] / loans["AMT_CREDIT"]).replace(np.inf, np.nan)
    every = _aggregate(loans, "SK_ID_CURR", {**PREVIOUS, **dict.fromkeys(categories, ("mean",))})
    parts = [every.add_prefix("PREV_")]
    for status in ("Approved", "Refused"):
        if (column := f"NAME_CONTRACT_STATUS_{status}") in loans:
            rows = loans[loans[column] == 1]
            parts.append(_aggregate(rows, "SK_ID_CURR", PREVIOUS).add_prefix(f"{status}_"))
    return pd.concat(parts, axis=1)


def _installments(rows: Frame) -> Frame:
    rows["PAYMENT_PERC"] = (rows["AMT_PAYMENT"] / rows["AMT_INSTALMENT"]).replace(np.inf, np.nan)
    rows["PAYMENT_DIFF"] = rows["AMT_INSTALMENT"] - rows["AMT_PAYMENT"]
    late = rows["DAYS_ENTRY_PAYMENT"] - rows["DAYS_INSTALMENT"]
    rows["DPD"], rows["DBD"] = late.clip(lower=0), (-late).clip(lower=0)
    return _table(rows, INSTALLMENTS, "INSTAL", count=True)


def _card(rows: Frame) -> Frame:
    rows = rows.drop(columns="SK_ID_PREV")
    numeric = [name for name in rows.select_dtypes("number") if name != "SK_ID_CURR"]
    return _table(rows, dict.fromkeys(numeric, CARD_AGGREGATES), "CC", count=True)


def _table(rows: Frame, aggregations: Aggregations, prefix: str, *, count: bool) -> Frame:
    rows, categories = _one_hot(rows)
    frame = _aggregate(rows, "SK_ID_CURR", {**aggregations, **dict.fromkeys(categories, ("mean",))})
    if count:
        frame["COUNT"] = rows.groupby("SK_ID_CURR").size()
    return frame.add_prefix(f"{prefix}_")


def _one_hot(frame: Frame, *, missing: bool = True) -> tuple[Frame, list[str]]:
    """Return the frame with a column per category, and the names of these columns."""
    categories = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    encoded = pd.get_dummies(frame, columns=categories, dummy_na=missing, dtype=float)
    return encoded, [name for name in encoded if name not in frame]


def _aggregate(rows: Frame, key: str, aggregations: Aggregations) -> Frame:
    """Return a row per key; columns are named after the column and the aggregation."""
    present = {name: list(functions) for name, functions in aggregations.items() if name in rows}
    frame = rows.groupby(key).agg(present)
    frame.columns = [f"{name}_{function}" for name, function in frame.columns]
    return frame
