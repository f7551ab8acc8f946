"""Several boosters put together as one, so that TreeSHAP explains the whole exactly."""

import re
from collections.abc import Sequence

import numpy as np

from scoring.ml.lightgbm import Booster, parse

_TREES = re.compile(r"^Tree=\d+$.*?(?=^Tree=|^end of trees$)", re.MULTILINE | re.DOTALL)
_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
_CONSTRAINTS = re.compile(r"^monotone_constraints=.*\n", re.MULTILINE)
_SPLITS = re.compile(r"^split_feature=(.*)$", re.MULTILINE)
_LEAVES = re.compile(r"^leaf_value=(.*)$", re.MULTILINE)


def averaged(boosters: Sequence[Booster]) -> Booster:
    """Return one booster whose raw score is the mean of theirs, and so are its TreeSHAP contributions.

    The trees of all are put in one LightGBM text and their leaves divided by the number of boosters: a sum
    of trees is linear in its leaves, and TreeSHAP is linear in the trees.
    """
    merged = _merged(boosters)
    leaves = [np.array(line.split(), dtype=np.float64) for line in _LEAVES.findall(merged.model_to_string())]
    for tree, values in enumerate(leaves):
        for leaf, value in enumerate(values / len(boosters)):
            merged.set_leaf_output(tree, leaf, value)
    return parse(merged.model_to_string())


def weighted(boosters: Sequence[Booster], weights: Sequence[float]) -> Booster:
    """Return one booster whose raw score is the weighted sum of theirs, and so are its contributions."""
    merged = _merged(boosters)
    tree_weights = np.repeat(weights, [booster.num_trees() for booster in boosters])
    leaves = [np.array(line.split(), dtype=np.float64) for line in _LEAVES.findall(merged.model_to_string())]
    for tree, (values, weight) in enumerate(zip(leaves, tree_weights, strict=True)):
        for leaf, value in enumerate(values * weight):
            merged.set_leaf_output(tree, leaf, value)
    return parse(merged.model_to_string())


def summed(boosters: Sequence[Booster]) -> Booster:
    """Return one booster whose raw score is the sum of theirs; the features of the first come first."""
    return parse(_merged(boosters).model_to_string())


def _merged(boosters: Sequence[Booster]) -> Booster:
    texts = [booster.model_to_string() for booster in boosters]
    names = list(dict.fromkeys(name for booster in boosters for name in booster.feature_name()))
    position = {name: column for column, name in enumerate(names)}
    trees = "".join(
        _renumbered(tree, [position[name] for name in booster.feature_name()])
        for booster, text in zip(boosters, texts, strict=True)
        for tree in _TREES.findall(text)
    )
    header, footer = texts[0].split("Tree=0\n", 1)[0], texts[0].split("end of trees\n", 1)[1]
    # Without the sizes LightGBM reads the trees one after the other, and numbers them anew when it writes.
    return parse(_SIZES.sub("", _merged_header(header, names, texts)) + trees + "end of trees\n" + footer)


def _renumbered(tree: str, positions: Sequence[int]) -> str:
    """Return a tree whose splits name features by their positions in another list."""
    return _SPLITS.sub(
        lambda line: "split_feature=" + " ".join(str(positions[int(old)]) for old in line.group(1).split()),
        tree,
    )


def _merged_header(header: str, names: Sequence[str], texts: Sequence[str]) -> str:
    """Return the header of a text, rewritten for all the features `names`."""
    ranges: dict[str, str] = {}
    for text in reversed(texts):
        ranges |= zip(_values("feature_names", text), _values("feature_infos", text), strict=True)
    rewritten = {
        "max_feature_idx": str(len(names) - 1),
        "feature_names": " ".join(names),
        "feature_infos": " ".join(ranges[name] for name in names),
    }
    # Signs of the features of one booster; its trees follow them already.
    header = _CONSTRAINTS.sub("", header)
    lines = (line.partition("=") for line in header.splitlines(keepends=True))
    return "".join(
        f"{key}={rewritten[key]}\n" if key in rewritten else key + sign + rest for key, sign, rest in lines
    )


def _values(key: str, text: str) -> list[str]:
    line = re.search(rf"^{key}=(.*)$", text, re.MULTILINE)
    return line.group(1).split() if line else []
