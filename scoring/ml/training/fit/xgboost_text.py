"""XGBoost trees rewritten as LightGBM text, so that one scorer and one exact explainer serve both.

XGBoost compares in single precision: a value goes left when, rounded to float32, it is less than the
threshold. LightGBM compares doubles by "at most". The threshold written here is the largest double that
rounds to less, so both send every double the same way.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm

Values = NDArray[np.float64]

# Bits of LightGBM's decision_type.
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_IS_NAN = 1, 2, 8
_WORD = 32
_HEADER = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx={last}
objective=binary sigmoid:1
feature_names={names}
feature_infos={ranges}

"""


@dataclass(slots=True)
class _Tree:
    """One tree as LightGBM numbers it: splits from 0, leaves from 0, a leaf as a child is -1 - leaf."""

    feature: list[int] = field(default_factory=list)
    gain: list[float] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    decision: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    leaves: list[float] = field(default_factory=list)
    boundaries: list[int] = field(default_factory=lambda: [0])
    words: list[int] = field(default_factory=list)


def as_lightgbm(
    model: Any, names: Sequence[str], matrix: Values, *, categories: Mapping[str, int], rounds: int
) -> lightgbm.Booster:
    """Return the first `rounds` trees of an `xgboost.Booster` with a binary logistic objective.

    `matrix`, (n, k), holds the training clients: the explainer weighs the branches of a split by how many of
    them go each way. `categories`: the number of codes of each categorical feature. Missing values and codes
    within the vocabulary are sent as XGBoost sends them.
    """
    learner = json.loads(bytes(model.save_raw(raw_format="json")))["learner"]
    sizes = [categories.get(name, 0) for name in names]
    trees = [_tree(stored, sizes) for stored in learner["gradient_booster"]["model"]["trees"][:rounds]]
    # The base score is a constant in every leaf of the first tree.
    trees[0].leaves = [value + _base_log_odds(learner) for value in trees[0].leaves]
    header = _HEADER.format(
        last=len(names) - 1,
        names=" ".join(names),
        ranges=" ".join(map(_range, matrix.T, sizes)),
    )
    ones = [np.ones(len(tree.leaves), dtype=np.int64) for tree in trees]
    uncounted = lightgbm.parse(_text(header, trees, ones))
    reached = np.asarray(uncounted.predict(matrix, pred_leaf=True, num_threads=1)).reshape(len(matrix), -1)
    counts = [
        # A leaf that no client reaches still has a share, or its parent would have none to divide.
        np.maximum(np.bincount(column.astype(np.int64), minlength=len(tree.leaves)), 1)
        for column, tree in zip(reached.T, trees, strict=True)
    ]
    return lightgbm.parse(_text(header, trees, counts))


def last_below(threshold: float) -> float:
    """Return the largest double that, rounded to float32, is less than the float32 `threshold`."""
    single = np.float32(threshold)
    middle = (float(np.nextafter(single, np.float32(-np.inf))) + float(single)) / 2
    # Half way between two neighbours is rounded to the even one.
    return middle if np.float32(middle) < single else float(np.nextafter(middle, -np.inf))


def _base_log_odds(learner: Mapping[str, Any]) -> float:
    probability = float(str(learner["learner_model_param"]["base_score"]).strip("[]"))
    return float(np.log(probability / (1 - probability)))


def _tree(stored: Mapping[str, Any], sizes: Sequence[int]) -> _Tree:
    tree = _Tree()
    codes = dict(_codes(stored))

    def add(node: int) -> int:
        if stored["left_children"][node] == -1:
            tree.leaves.append(float(np.float32(stored["split_conditions"][node])))
            return -len(tree.leaves)
        split = len(tree.feature)
        feature = stored["split_indices"][node]
        tree.feature.append(feature)
        tree.gain.append(float(stored["loss_changes"][node]))
        if node in codes:
            default_left = bool(stored["default_left"][node])
            flipped = _add_category_split(tree, codes[node], sizes[feature], default_left)
        else:
            flipped = False
            tree.threshold.append(last_below(stored["split_conditions"][node]))
            tree.decision.append(_MISSING_IS_NAN | (_DEFAULT_LEFT if stored["default_left"][node] else 0))
        tree.left.append(0)
        tree.right.append(0)
        children = [stored["left_children"][node], stored["right_children"][node]]
        left, right = reversed(children) if flipped else children
        tree.left[split] = add(left)
        tree.right[split] = add(right)
        return split

    add(0)
    return tree


def _codes(stored: Mapping[str, Any]) -> Iterator[tuple[int, list[int]]]:
    """Yield each categorical split and the codes that go right."""
    for node, start, size in zip(
        stored["categories_nodes"], stored["categories_segments"], stored["categories_sizes"], strict=True
    ):
        yield node, stored["categories"][start : start + size]


def _add_category_split(tree: _Tree, to_right: Sequence[int], size: int, default_left: bool) -> bool:
    """Add the codes that LightGBM sends left, and return whether its left child is XGBoost's right one.

    LightGBM sends missing values right, so the child that XGBoost gives them becomes the right one.
    """
    codes = to_right if default_left else [code for code in range(size) if code not in set(to_right)]
    words = [0] * (max(codes, default=0) // _WORD + 1)
    for code in codes:
        words[code // _WORD] |= 1 << (code % _WORD)
    tree.threshold.append(float(len(tree.boundaries) - 1))
    tree.decision.append(_CATEGORICAL | _MISSING_IS_NAN)
    tree.words += words
    tree.boundaries.append(len(tree.words))
    return default_left


def _range(values: Values, size: int) -> str:
    if size:
        return ":".join(map(str, range(size)))
    present = values[~np.isnan(values)]
    return f"[{float(present.min())}:{float(present.max())}]" if len(present) else "none"


def _text(header: str, trees: Sequence[_Tree], counts: Sequence[NDArray[np.int64]]) -> str:
    counted = enumerate(zip(trees, counts, strict=True))
    blocks = (_block(number, tree, count) for number, (tree, count) in counted)
    return header + "".join(blocks) + "end of trees\n\nparameters:\nend of parameters\n"


def _block(number: int, tree: _Tree, counts: NDArray[np.int64]) -> str:
    below = _counts_below(tree, counts)
    lines: dict[str, Sequence[float] | int] = {
        "num_leaves": len(tree.leaves),
        "num_cat": len(tree.boundaries) - 1,
        "split_feature": tree.feature,
        "split_gain": tree.gain,
        "threshold": tree.threshold,
        "decision_type": tree.decision,
        "left_child": tree.left,
        "right_child": tree.right,
        "leaf_value": tree.leaves,
        "leaf_weight": counts.tolist(),
        "leaf_count": counts.tolist(),
        "internal_value": [0] * len(below),
        "internal_weight": below,
        "internal_count": below,
    }
    if tree.words:
        lines |= {"cat_boundaries": tree.boundaries, "cat_threshold": tree.words}
    lines |= {"is_linear": 0, "shrinkage": 1}
    if len(tree.leaves) == 1:
        lines = {key: lines[key] for key in ("num_leaves", "num_cat", "leaf_value", "is_linear", "shrinkage")}
    written = (
        f"{key}={value if isinstance(value, int) else ' '.join(map(repr, value))}\n"
        for key, value in lines.items()
    )
    return f"Tree={number}\n{''.join(written)}\n\n"


def _counts_below(tree: _Tree, counts: NDArray[np.int64]) -> list[int]:
    """Return the number of clients that reach each split."""
    below = [0] * len(tree.feature)
    # Children are numbered after their parents.
    for split in reversed(range(len(below))):
        for child in (tree.left[split], tree.right[split]):
            below[split] += below[child] if child >= 0 else int(counts[-1 - child])
    return below
