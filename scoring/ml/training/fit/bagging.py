"""Several boosters put together as one, so that TreeSHAP explains the whole exactly."""

import re
from collections.abc import Sequence

import numpy as np

from scoring.ml.lightgbm import Booster, parse

_TREES = re.compile(r"^Tree=\d+$.*?(?=^Tree=|^end of trees$)", re.MULTILINE | re.DOTALL)
_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
_SPLITS = re.compile(r"^split_feature=(.*)$", re.MULTILINE)
_LEAVES = re.compile(r"^leaf_value=(.*)$", re.MULTILINE)


def averaged(boosters: Sequence[Booster]) -> Booster:
    """One booster whose raw score is the mean of theirs, and so are its TreeSHAP contributions.

    The trees of all are put in one LightGBM text and their leaves divided by the number of boosters: a sum
    of trees is linear in its leaves, and TreeSHAP is linear in the trees.
    """
    merged = _merged(boosters)
    leaves = [np.array(line.split(), dtype=np.float64) for line in _LEAVES.findall(merged.model_to_string())]
    for tree, values in enumerate(leaves):
        for leaf, value in enumerate(values / len(boosters)):
            merged.set_leaf_output(tree, leaf, value)
    return parse(merged.model_to_string())


def summed(boosters: Sequence[Booster]) -> Booster:
    """One booster whose raw score is the sum of theirs, over the features of all, the first one's first."""
    return parse(_merged(boosters).model_to_string())


def _merged(boosters: Sequence[Booster]) -> Booster:
    texts = [booster.model_to_string() for booster in boosters]
    names = list(dict.fromkeys(name for booster in boosters for name in booster.feature_name()))
    place = {name: position for position, name in enumerate(names)}
    trees = "".join(
        _renumbered(tree, [place[name] for name in booster.feature_name()])
        for booster, text in zip(boosters, texts, strict=True)
        for tree in _TREES.findall(text)
    )
    head, tail = texts[0].split("Tree=0\n", 1)[0], texts[0].split("end of trees\n", 1)[1]
    # Without the sizes LightGBM reads the trees one after the other, and numbers them anew when it writes.
    return parse(_SIZES.sub("", _over(head, names, texts)) + trees + "end of trees\n" + tail)


def _renumbered(tree: str, places: Sequence[int]) -> str:
    """A tree whose splits name features by their places in another list."""
    return _SPLITS.sub(
        lambda line: "split_feature=" + " ".join(str(places[int(old)]) for old in line.group(1).split()), tree
    )


def _over(head: str, names: Sequence[str], texts: Sequence[str]) -> str:
    """The head of a text, said of all the features `names`."""
    ranges: dict[str, str] = {}
    for text in reversed(texts):
        ranges |= zip(_words("feature_names", text), _words("feature_infos", text), strict=True)
    said = {
        "max_feature_idx": str(len(names) - 1),
        "feature_names": " ".join(names),
        "feature_infos": " ".join(ranges[name] for name in names),
    }
    lines = (line.partition("=") for line in head.splitlines(keepends=True))
    return "".join(f"{key}={said[key]}\n" if key in said else key + sign + rest for key, sign, rest in lines)


def _words(key: str, text: str) -> list[str]:
    found = re.search(rf"^{key}=(.*)$", text, re.MULTILINE)
    return found.group(1).split() if found else []
