"""The default model of the generator: measured on real rows, applied to drawn ones.

A generalised additive logistic model, one step function per binned input: raw columns and a few ratios.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.ml.portfolio.application import NO_EMPLOYMENT
from scoring.ml.portfolio.margins import MIN_CLIENTS, Floats, Values
from scoring.ml.portfolio.traits import Columns

MISSING = "-"
BINS = 12
RIDGE = 20.0
STEPS = 12
FEWEST_IN_BIN = 200

CATEGORIES = (
    "NAME_CONTRACT_TYPE",
    "CODE_GENDER",
    "NAME_INCOME_TYPE",
    "NAME_EDUCATION_TYPE",
    "NAME_FAMILY_STATUS",
    "NAME_HOUSING_TYPE",
    "ORGANIZATION_TYPE",
    "OCCUPATION_TYPE",
    "FLAG_OWN_CAR",
    "FLAG_OWN_REALTY",
    "WALLSMATERIAL_MODE",
    "WEEKDAY_APPR_PROCESS_START",
)
NUMBERS = (
    "EXT_SOURCE_1",
    "EXT_SOURCE_2",
    "EXT_SOURCE_3",
    "DAYS_BIRTH",
    "DAYS_REGISTRATION",
    "DAYS_ID_PUBLISH",
    "DAYS_LAST_PHONE_CHANGE",
    "OWN_CAR_AGE",
    "CNT_CHILDREN",
    "REGION_POPULATION_RELATIVE",
    "REGION_RATING_CLIENT_W_CITY",
    "HOUR_APPR_PROCESS_START",
    "REG_CITY_NOT_LIVE_CITY",
    "REG_CITY_NOT_WORK_CITY",
    "FLAG_WORK_PHONE",
    "FLAG_PHONE",
    "FLAG_DOCUMENT_3",
    "FLAG_DOCUMENT_16",
    "FLAG_DOCUMENT_18",
    "AMT_INCOME_TOTAL",
    "AMT_CREDIT",
    "AMT_ANNUITY",
    "AMT_GOODS_PRICE",
    "TOTALAREA_MODE",
    "FLOORSMAX_AVG",
    "DEF_30_CNT_SOCIAL_CIRCLE",
    "OBS_30_CNT_SOCIAL_CIRCLE",
    "AMT_REQ_CREDIT_BUREAU_QRT",
    "AMT_REQ_CREDIT_BUREAU_YEAR",
)


@dataclass(frozen=True)
class Curve:
    """The step function of one input: log-odds `points` per bin of `edges`, or per category."""

    name: str
    keys: tuple[str, ...]
    edges: tuple[float, ...]
    points: Floats
    clients: tuple[int, ...]

    def log_odds(self, values: Values) -> Floats:
        """(n,) contributions; 0 for a category that has no point."""
        points = dict(zip(self.keys, self.points, strict=True))
        texts = bin_keys(values, self.edges)
        names, codes = np.unique(texts, return_inverse=True)
        return np.array([points.get(name, 0.0) for name in names])[codes]


@dataclass(frozen=True)
class Default:
    intercept: float
    curves: tuple[Curve, ...]

    def log_odds(self, inputs: Columns) -> Floats:
        return self.intercept + sum(
            (curve.log_odds(inputs[curve.name]) for curve in self.curves), np.zeros(1)
        )

    def as_json(self) -> dict[str, Any]:
        curves = [
            {
                "name": curve.name,
                "keys": list(curve.keys),
                "edges": list(curve.edges),
                "points": [round(float(point), 4) for point in curve.points],
                "n": list(curve.clients),
            }
            for curve in self.curves
        ]
        return {"intercept": round(self.intercept, 4), "curves": curves}

    @classmethod
    def from_json(cls, measured: Mapping[str, Any]) -> "Default":
        curves = tuple(
            Curve(c["name"], tuple(c["keys"]), tuple(c["edges"]), np.array(c["points"]), tuple(c["n"]))
            for c in measured["curves"]
        )
        return cls(measured["intercept"], curves)


def inputs(raw: Columns) -> dict[str, Values]:
    """The columns that the model of default looks at, from raw application columns (n,)."""
    employed = np.where(raw["DAYS_EMPLOYED"] == NO_EMPLOYMENT, np.nan, raw["DAYS_EMPLOYED"])
    external = np.column_stack([raw[f"EXT_SOURCE_{number}"] for number in (1, 2, 3)])
    rated = ~np.isnan(external)
    total = np.where(rated, external, 0.0).sum(axis=1)
    mean = np.where(rated.any(axis=1), total / np.maximum(rated.sum(axis=1), 1), np.nan)
    return {
        **{name: raw[name] for name in (*CATEGORIES, *NUMBERS)},
        "DAYS_EMPLOYED": employed,
        "EXTERNAL_MEAN": mean,
        "EXTERNAL_LOWEST": np.where(rated.any(axis=1), np.where(rated, external, 9.0).min(axis=1), np.nan),
        "EMPLOYED_TO_AGE": employed / raw["DAYS_BIRTH"],
        "CREDIT_TO_ANNUITY": raw["AMT_CREDIT"] / raw["AMT_ANNUITY"],
        "CREDIT_TO_GOODS": raw["AMT_CREDIT"] / raw["AMT_GOODS_PRICE"],
        "CREDIT_TO_INCOME": raw["AMT_CREDIT"] / raw["AMT_INCOME_TOTAL"],
        "ANNUITY_TO_INCOME": raw["AMT_ANNUITY"] / raw["AMT_INCOME_TOTAL"],
    }


def as_category(target: Values) -> Values:
    """(n,) "1" for a default, else "0"."""
    return np.where(target == 1, "1", "0").astype(object)


def fit(
    columns: Columns, target: Floats, offset: Floats | None = None, *, bins: int = BINS, ridge: float = RIDGE
) -> Default:
    """Step functions of `columns` for `target` (n,) of 0 and 1, beside known log-odds `offset` (n,).

    Fitted together by penalised Newton steps; `ridge` pulls every step towards 0.
    """
    designs = [_design(name, values, bins) for name, values in columns.items()]
    matrix = np.column_stack([np.ones(len(target)), *(dummies for *_, dummies in designs)])
    weights = _newton(matrix, target, np.zeros(len(target)) if offset is None else offset, ridge)
    curves, at = [], 1
    for name, keys, edges, dummies in designs:
        points = weights[at : at + len(keys)]
        curves.append(Curve(name, keys, edges, points, tuple(int(n) for n in dummies.sum(axis=0))))
        at += len(keys)
    return Default(float(weights[0]), tuple(curves))


def bin_keys(values: Values, edges: Sequence[float]) -> Values:
    """(n,) texts: the category, or the number of the bin; "-" where missing."""
    if values.dtype == object:
        return np.array([MISSING if value is None else value for value in values], dtype=str)
    return np.where(np.isnan(values), MISSING, np.digitize(values, edges).astype(str))


def _design(name: str, values: Values, bins: int) -> tuple[str, tuple[str, ...], tuple[float, ...], Floats]:
    edges: tuple[float, ...] = ()
    if values.dtype != object:
        cuts = np.nanquantile(values, np.linspace(0, 1, bins + 1)[1:-1])
        # Rounded to three digits, so that no edge is one client's value.
        edges = tuple(sorted({float(f"{cut:.3g}") for cut in cuts}))
    texts = bin_keys(values, edges)
    names, counts = np.unique(texts, return_counts=True)
    keys = tuple(
        str(key) for key, count in zip(names, counts, strict=True) if count >= max(FEWEST_IN_BIN, MIN_CLIENTS)
    )
    return name, keys, edges, (texts[:, None] == np.array(keys, dtype=str)).astype(np.float64)


def _newton(matrix: Floats, target: Floats, offset: Floats, ridge: float) -> Floats:
    weights = np.zeros(matrix.shape[1])
    penalty = np.full(matrix.shape[1], ridge)
    penalty[0] = 0.0
    for _ in range(STEPS):
        probability = 1 / (1 + np.exp(-(matrix @ weights + offset)))
        slope = matrix.T @ (target - probability) - penalty * weights
        curvature = (matrix * (probability * (1 - probability))[:, None]).T @ matrix + np.diag(penalty)
        weights = weights + np.linalg.solve(curvature, slope)
    return np.asarray(weights)
