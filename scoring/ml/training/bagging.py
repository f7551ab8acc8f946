"""Several boosters that differ by seed only, averaged into one."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.ml.model.booster import Booster, parse

_TREES = re.compile(r"^Tree=\d+$.*?(?=^Tree=|^end of trees$)", re.MULTILINE | re.DOTALL)
_SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)


def averaged(boosters: Sequence[Booster]) -> Booster:
    """One booster whose raw score is the mean of theirs, and so are its TreeSHAP contributions.

    The trees of all are put in one LightGBM text and their leaves divided by the number of boosters: a sum
    of trees is linear in its leaves, and TreeSHAP is linear in the trees.
    """
    texts = [booster.model_to_string() for booster in boosters]
    trees = [tree for text in texts for tree in _TREES.findall(text)]
    head, tail = texts[0].split("Tree=0\n", 1)[0], texts[0].split("end of trees\n", 1)[1]
    # Without the sizes LightGBM reads the trees one after the other, and numbers them anew when it writes.
    merged = parse(_SIZES.sub("", head) + "".join(trees) + "end of trees\n" + tail)
    for tree, leaves in enumerate(_leaves(trees)):
        for leaf, value in enumerate(leaves / len(boosters)):
            merged.set_leaf_output(tree, leaf, value)
    return parse(merged.model_to_string())


def _leaves(trees: Sequence[str]) -> list[NDArray[np.float64]]:
    lines = [re.search(r"^leaf_value=(.*)$", tree, re.MULTILINE) for tree in trees]
    return [np.array(line.group(1).split(), dtype=np.float64) for line in lines if line]
