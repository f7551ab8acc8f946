from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import pytest
import xgboost

from scoring.ml import lightgbm
from scoring.ml.training.fit.bagging import weighted
from scoring.ml.training.fit.xgboost_text import as_lightgbm, last_below

NAMES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "OCCUPATION_TYPE", "AMT_CREDIT", "NAME_EDUCATION_TYPE")
CATEGORIES = {"OCCUPATION_TYPE": 40, "NAME_EDUCATION_TYPE": 3}
SIZE, ROUNDS = 2_000, 25


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """Numbers that single precision cannot hold, categories beyond 32, missing values everywhere."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(SIZE, len(NAMES)))
    matrix[:, 1] = rng.integers(0, 8, SIZE) / 10
    matrix[:, 2], matrix[:, 4] = rng.integers(0, 40, SIZE), rng.integers(0, 3, SIZE)
    matrix[rng.random(matrix.shape) < 0.15] = np.nan
    effect = np.sin(np.nan_to_num(matrix[:, 2], nan=3.0)) + (np.nan_to_num(matrix[:, 4]) == 1)
    risk = -1.5 + np.nan_to_num(matrix[:, 0]) + 3 * np.nan_to_num(matrix[:, 1]) + effect
    return matrix, (rng.random(SIZE) < 1 / (1 + np.exp(-risk))).astype(float)


def data_of(matrix: np.ndarray, target: np.ndarray | None = None) -> xgboost.DMatrix:
    kinds = ["c" if name in CATEGORIES else "q" for name in NAMES]
    return xgboost.DMatrix(matrix, target, feature_types=kinds, enable_categorical=True)


@pytest.fixture(scope="module", params=[1, 64], ids=["sets of categories", "one category at a time"])
def model(rows, request: pytest.FixtureRequest) -> xgboost.Booster:
    params = {
        "objective": "binary:logistic",
        "max_depth": 4,
        "eta": 0.3,
        "max_cat_to_onehot": request.param,
        "nthread": 1,
        "seed": 1,
    }
    return xgboost.train(params, data_of(*rows), ROUNDS)


@pytest.fixture(scope="module")
def rewritten(model, rows) -> lightgbm.Booster:
    return as_lightgbm(model, NAMES, rows[0], categories=CATEGORIES, rounds=ROUNDS)


def double_scores(model: xgboost.Booster, matrix: np.ndarray) -> np.ndarray:
    """The leaves that XGBoost itself sends each row to, added up in double precision."""
    frame = model.trees_to_dataframe().set_index(["Tree", "Node"])["Gain"]
    leaves = model.predict(data_of(matrix), pred_leaf=True).astype(int)
    values = {key: float(np.float32(gain)) for key, gain in frame.items()}
    trees = [[values[tree, leaf] for tree, leaf in enumerate(row)] for row in leaves]
    base = float(str(learner(model)["learner_model_param"]["base_score"]).strip("[]"))
    return np.log(base / (1 - base)) + np.sum(trees, axis=1)


def learner(model: xgboost.Booster):
    import json

    return json.loads(bytes(model.save_raw(raw_format="json")))["learner"]


def thresholds(model: xgboost.Booster, feature: int) -> np.ndarray:
    trees = learner(model)["gradient_booster"]["model"]["trees"]
    return np.array(
        [
            split
            for tree in trees
            for split, index, left in zip(
                tree["split_conditions"], tree["split_indices"], tree["left_children"], strict=True
            )
            if left != -1 and index == feature
        ],
        dtype=np.float32,
    )


def test_every_row_scores_as_xgboost_sends_it(model, rewritten, rows) -> None:
    matrix, _ = rows
    scores = lightgbm.raw_scores(rewritten, matrix)
    np.testing.assert_allclose(scores, double_scores(model, matrix), rtol=0, atol=1e-9)
    np.testing.assert_allclose(scores, model.predict(data_of(matrix), output_margin=True), rtol=0, atol=1e-5)
    assert np.ptp(scores) > 2


def test_values_at_and_beside_every_threshold_go_the_same_way(model, rewritten, rows) -> None:
    at = thresholds(model, 0)
    below, above = np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))
    middles = [(at.astype(float) + side) / 2 for side in (below, above)]
    near = [np.nextafter(value, towards) for value in (*middles, at.astype(float)) for towards in (-9.0, 9.0)]
    values = np.concatenate([at, below, above, *middles, *near]).astype(np.float64)
    matrix = np.repeat(rows[0][:1], len(values), axis=0)
    matrix[:, 0] = values
    expected = double_scores(model, matrix)
    np.testing.assert_allclose(lightgbm.raw_scores(rewritten, matrix), expected, rtol=0, atol=1e-9)
    assert len(at) > 20


@pytest.mark.parametrize("threshold", [0.1, -0.1, 1.0, 0.0, 3e-39, 123456.78, -1e30])
def test_the_threshold_is_the_last_double_that_rounds_below(threshold: float) -> None:
    single = np.float32(threshold)
    last = last_below(threshold)
    assert np.float32(last) < single <= np.float32(np.nextafter(last, np.inf))


def test_every_code_and_a_missing_one_go_the_same_way(model, rewritten, rows) -> None:
    for column, size in ((2, 40), (4, 3)):
        matrix = np.repeat(rows[0][:1], size + 1, axis=0)
        matrix[:, column] = [*range(size), np.nan]
        expected = double_scores(model, matrix)
        np.testing.assert_allclose(lightgbm.raw_scores(rewritten, matrix), expected, rtol=0, atol=1e-9)


def test_the_blend_is_the_weighted_sum_and_its_contributions_add_up(rewritten, rows) -> None:
    matrix, target = rows
    dataset = lightgbm.Dataset(
        matrix, target, feature_name=list(NAMES), categorical_feature=list(CATEGORIES), params={"verbose": -1}
    )
    ours = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, dataset, 20)
    blend = weighted([ours, rewritten], [0.7, 0.3])
    both = [lightgbm.raw_scores(booster, matrix) for booster in (ours, rewritten)]
    expected = 0.7 * both[0] + 0.3 * both[1]
    np.testing.assert_allclose(lightgbm.raw_scores(blend, matrix), expected, rtol=0, atol=1e-9)
    parts = [lightgbm.contributions(booster, matrix[:100]) for booster in (ours, rewritten, blend)]
    np.testing.assert_allclose(parts[2], 0.7 * parts[0] + 0.3 * parts[1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(parts[2].sum(axis=1), expected[:100], rtol=0, atol=1e-9)


def test_contributions_are_the_shapley_values_of_the_trees(rows) -> None:
    """Against the definition: every coalition of features, branches weighed by the training clients."""
    matrix, target = rows
    model = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 1}, data_of(matrix, target), 3
    )
    booster = as_lightgbm(model, NAMES, matrix, categories=CATEGORIES, rounds=3)
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    for row in matrix[:5]:
        values = [lambda coalition, tree=tree, row=row: expectation(tree, row, coalition) for tree in trees]
        expected = [sum(shapley(value, feature) for value in values) for feature in range(len(NAMES))]
        contributions = lightgbm.contributions(booster, row[None])[0]
        np.testing.assert_allclose(contributions[:-1], expected, rtol=0, atol=1e-9)


def expectation(node, row: np.ndarray, coalition: frozenset[int]) -> float:
    """The value of a tree when only the features of a coalition are known."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    children = node["left_child"], node["right_child"]
    if node["split_feature"] in coalition:
        return expectation(children[0 if goes_left(node, row[node["split_feature"]]) else 1], row, coalition)
    sizes = [child.get("internal_count", child.get("leaf_count")) for child in children]
    means = [expectation(child, row, coalition) for child in children]
    return float(np.average(means, weights=sizes))


def goes_left(node, value: float) -> bool:
    if node["decision_type"] == "==":
        return not np.isnan(value) and str(int(value)) in str(node["threshold"]).split("||")
    return bool(node["default_left"]) if np.isnan(value) else value <= node["threshold"]


def shapley(value: Callable[[frozenset[int]], float], feature: int) -> float:
    other_features = [other for other in range(len(NAMES)) if other != feature]
    total = 0.0
    for size in range(len(NAMES)):
        share = factorial(size) * factorial(len(NAMES) - size - 1) / factorial(len(NAMES))
        for coalition in map(frozenset, combinations(other_features, size)):
            total += share * (value(coalition | {feature}) - value(coalition))
    return total


def test_the_clients_of_both_branches_add_up_to_those_of_the_split(rewritten) -> None:
    def check(node) -> int:
        if "leaf_value" in node:
            return int(node["leaf_count"])
        assert node["internal_count"] == check(node["left_child"]) + check(node["right_child"])
        return int(node["internal_count"])

    totals = [check(tree["tree_structure"]) for tree in rewritten.dump_model()["tree_info"]]
    assert len(totals) == ROUNDS
    assert min(totals) >= SIZE
