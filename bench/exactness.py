"""`python -m bench.exactness FOLDER`: how exactly the model in use is taken apart, on 5,000 rows of a folder.

The largest differences are printed: base + contributions against the raw score, and contributions against the
shap package's own TreeSHAP; exit 1 above 1e-9 and 1e-6.
"""

import os
import re
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import django
import numpy as np

if TYPE_CHECKING:
    from scoring.ml.model.model import Model

ROWS = 5_000
TREES = re.compile(r"^Tree=\d+$.*?(?=^Tree=|^end of trees$)", re.MULTILINE | re.DOTALL)
SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "creditdesk.settings")
    django.setup()
    from scoring import engine

    additive, alike = differences(engine.in_use(), folder)
    print(f"base + contributions against the raw score, largest difference: {additive:.2e}")
    print(f"contributions against shap's TreeSHAP, largest difference: {alike:.2e}")
    if additive > 1e-9 or alike > 1e-6:
        sys.exit(1)


def differences(model: "Model", folder: Path) -> tuple[float, float]:
    import shap

    from scoring.ml import lightgbm
    from scoring.ml.features import frames
    from scoring.ml.tables.checks import check
    from scoring.ml.tables.folder import open_folder

    batches = frames.profiles(check(open_folder(folder)).folder)
    parts = [model.matrix(batch.columns) for batch in islice(batches, 50)]
    matrix = np.concatenate(parts)[:ROWS]
    filled = np.where(np.isnan(matrix), model.fill, matrix)
    contributions = model.contributions(matrix)
    additive = np.abs(contributions.base + contributions.values.sum(axis=1) - model.score(matrix).raw).max()
    plain, readable, trees = without_categories(model.trees.model_to_string())
    explainer = shap.TreeExplainer(lightgbm.parse(plain))
    explainer.model.model_type = "internal"
    theirs = explainer.shap_values(filled, check_additivity=False)
    ours = lightgbm.contributions(lightgbm.parse(plain), filled)[:, :-1]
    alike = np.abs(ours - theirs).max()
    print(f"{len(matrix):,} rows, {len(model.features):,} features, model {model.version}")
    print(
        f"shap compared on the {readable} of {trees} trees without categorical splits, which it cannot read"
    )
    return float(additive), float(alike)


def without_categories(text: str) -> tuple[str, int, int]:
    """The LightGBM text of the trees that split on numbers alone, how many they are, and of how many."""
    trees = TREES.findall(text)
    plain = [tree for tree in trees if "\nnum_cat=0\n" in tree]
    head, tail = text.split("Tree=0\n", 1)[0], text.split("end of trees\n", 1)[1]
    return SIZES.sub("", head) + "".join(plain) + "end of trees\n" + tail, len(plain), len(trees)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
