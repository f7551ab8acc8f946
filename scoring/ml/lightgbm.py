"""The one place that imports LightGBM.

`import lightgbm` pulls scikit-learn, pandas and matplotlib in wherever they are installed: 7.4 s and
192 MB instead of 1 s and 61 MB, for nothing that scoring needs. While it is imported here, those packages
look absent to it; a process that already has one of them keeps it. Everything else takes LightGBM from here.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NOT_NEEDED = ("sklearn", "pandas", "matplotlib", "pyarrow", "dask", "graphviz", "cffi", "joblib")


@contextmanager
def _absent(names: tuple[str, ...]) -> Iterator[None]:
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: "cannot be imported"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


# Threads that spin while they wait make training six times slower as soon as the cores are shared.
# OpenMP reads this once, when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

with _absent(_NOT_NEEDED):
    import lightgbm
    from lightgbm import Booster, Dataset, early_stopping, record_evaluation, train
    from lightgbm.basic import LightGBMError

__all__ = [
    "Booster",
    "Dataset",
    "LightGBMError",
    "contributions",
    "early_stopping",
    "parse",
    "raw_scores",
    "record_evaluation",
    "train",
    "version",
]

version: str = lightgbm.__version__

# One thread per call: a web request never fights another one for cores.
_ONE_THREAD: dict[str, Any] = {"num_threads": 1}


def parse(text: str) -> Booster:
    """The booster written in LightGBM's own text format; raises LightGBMError on anything else."""
    return Booster(model_str=text)


def raw_scores(booster: Booster, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of default before calibration, (n,), for the rows of `matrix`, (n, k)."""
    raw: NDArray[np.float64] = booster.predict(matrix, raw_score=True, **_ONE_THREAD)
    return raw


def contributions(booster: Booster, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exact TreeSHAP values in log-odds, (n, k + 1); the last column is the base value."""
    values: NDArray[np.float64] = booster.predict(matrix, pred_contrib=True, **_ONE_THREAD)
    return values
