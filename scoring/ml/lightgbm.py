"""The one place that imports LightGBM.

`import lightgbm` pulls scikit-learn, pandas and matplotlib in wherever they are installed: 7.4 s and
192 MB instead of 1 s and 61 MB, for nothing that scoring needs. While it is imported here, those packages
look absent to it; a process that already has one of them keeps it. Everything else takes LightGBM from here.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import Final

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
    from lightgbm.basic import _LIB, LightGBMError, _safe_call

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

# As many rows as no web request has: from here on all cores that OMP_NUM_THREADS leaves compute them.
MANY_ROWS: Final = 2_000


# LightGBM's own numbers for what a prediction is, and for the type of its input.
_RAW_SCORE: Final = 1
_CONTRIBUTIONS: Final = 3
_FLOAT64: Final = 1


class _OneRow:
    """Predictions of one row, set up once: in any other call that takes LightGBM a tenth of a millisecond.

    The same code of LightGBM computes the same numbers. One thread at a time: rows share its memory.
    """

    def __init__(self, booster: Booster, kind: int) -> None:
        self._lock = Lock()
        self._features = booster.num_feature()
        self._size = self._features + 1 if kind == _CONTRIBUTIONS else 1
        self._configuration = ctypes.c_void_p()
        first, last = 0, booster.best_iteration
        given = (kind, first, last, _FLOAT64, self._features, b"num_threads=1")
        _safe_call(
            _LIB.LGBM_BoosterPredictForMatSingleRowFastInit(
                booster._handle, *given, ctypes.byref(self._configuration)
            )
        )

    def predict(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers (1, m) of a matrix (1, k). Raises LightGBMError for another number of columns."""
        if matrix.shape != (1, self._features):
            raise LightGBMError(f"{matrix.shape[1]} columns instead of {self._features}")
        row = np.ascontiguousarray(matrix, dtype=np.float64)
        values = np.empty((1, self._size))
        written = ctypes.c_int64()
        with self._lock:
            _safe_call(
                _LIB.LGBM_BoosterPredictForMatSingleRowFast(
                    self._configuration,
                    ctypes.c_void_p(row.ctypes.data),
                    ctypes.byref(written),
                    ctypes.c_void_p(values.ctypes.data),
                )
            )
        return values

    def __del__(self) -> None:
        _LIB.LGBM_FastConfigFree(self._configuration)


class _ParsedBooster(Booster):  # type: ignore[misc]  # LightGBM declares no types
    """A booster that was read from text, and does not change."""

    @cached_property
    def one_row(self) -> dict[int, _OneRow]:
        """By the kind of prediction."""
        return {kind: _OneRow(self, kind) for kind in (_RAW_SCORE, _CONTRIBUTIONS)}

    def __del__(self) -> None:
        # Before LightGBM frees the trees that they point to.
        self.__dict__.pop("one_row", None)
        super().__del__()


def parse(text: str) -> Booster:
    """The booster written in LightGBM's own text format; raises LightGBMError on anything else."""
    return _ParsedBooster(model_str=text)


def raw_scores(booster: Booster, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of default before calibration, (n,), for the rows of `matrix`, (n, k)."""
    if len(matrix) == 1 and isinstance(booster, _ParsedBooster):
        alone: NDArray[np.float64] = booster.one_row[_RAW_SCORE].predict(matrix)[0]
        return alone
    raw: NDArray[np.float64] = booster.predict(matrix, raw_score=True, num_threads=_threads(matrix))
    return raw


def contributions(booster: Booster, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exact TreeSHAP values in log-odds, (n, k + 1); the last column is the base value."""
    if len(matrix) == 1 and isinstance(booster, _ParsedBooster):
        return booster.one_row[_CONTRIBUTIONS].predict(matrix)
    values: NDArray[np.float64] = booster.predict(matrix, pred_contrib=True, num_threads=_threads(matrix))
    return values


def _threads(matrix: NDArray[np.float64]) -> int:
    """One thread for a request, which never fights another one for cores; 0, all of them, for a batch."""
    return 0 if len(matrix) >= MANY_ROWS else 1
