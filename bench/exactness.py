"""`python -m bench.exactness FOLDER`: how exactly the model in use is taken apart, on 5,000 rows of a folder.

The largest differences are printed: base + contributions against the raw score, and contributions against the
shap package's own TreeSHAP; exit 1 above 1e-9 and 1e-6.
"""

import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import django
import numpy as np

if TYPE_CHECKING:
    from scoring.ml.model.model import Model

ROWS = 5_000


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

    from scoring.ml.features import frames
    from scoring.ml.model import booster
    from scoring.ml.tables.checks import check
    from scoring.ml.tables.folder import open_folder

    batches = frames.profiles(check(open_folder(folder)).folder)
    parts = [model.matrix(batch.columns) for batch in islice(batches, 50)]
    matrix = np.concatenate(parts)[:ROWS]
    filled = np.where(np.isnan(matrix), model.fill, matrix)
    told = model.contributions(matrix)
    additive = np.abs(told.base + told.values.sum(axis=1) - model.score(matrix).raw).max()
    explainer = shap.TreeExplainer(booster.parse(model.trees.model_to_string()))
    explainer.model.model_type = "internal"
    alike = np.abs(told.values - explainer.shap_values(filled, check_additivity=False)).max()
    print(f"{len(matrix):,} rows, {len(model.features):,} features, model {model.version}")
    return float(additive), float(alike)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
