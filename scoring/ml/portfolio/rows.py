"""Real rows as NumPy columns: float64 with NaN, or object with None for texts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from scoring.ml.portfolio.traits import Columns

APPLICATIONS = ("application_train", "application_test")
HISTORIES = (
    "bureau",
    "bureau_balance",
    "previous_application",
    "POS_CASH_balance",
    "credit_card_balance",
    "installments_payments",
)
TEXT = "large_string"
Layout = dict[str, list[list[str]]]


def read(path: Path) -> dict[str, Any]:
    """The columns of one Parquet file."""
    table = pq.read_table(path)
    return {name: _column(table[name]) for name in table.column_names}


def applications(folder: Path) -> dict[str, Any]:
    """Train and test rows of a folder together; TARGET is NaN for the test rows."""
    parts = [read(folder / f"{stem}.parquet") for stem in APPLICATIONS]
    for part in parts:
        part.setdefault("TARGET", np.full(len(part["SK_ID_CURR"]), np.nan))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def layout(folders: Iterable[Path]) -> Layout:
    """Stem -> [column, type] of the files, as the first folder that has one lays it out."""
    layout: Layout = {}
    for stem in (*APPLICATIONS, *HISTORIES):
        path = next(f for folder in folders if (f := folder / f"{stem}.parquet").is_file())
        layout[stem] = [[field.name, str(field.type)] for field in pq.read_schema(path)]
    return layout


def largest(folders: Sequence[Path], stem: str) -> Path:
    """The folder whose file of that stem has most rows; FileNotFoundError when no folder has one."""
    holding = [folder for folder in folders if (folder / f"{stem}.parquet").is_file()]
    if not holding:
        raise FileNotFoundError(f"no folder holds {stem}.parquet")
    return max(holding, key=lambda folder: pq.read_metadata(folder / f"{stem}.parquet").num_rows)


def take(columns: Columns, rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in columns.items()}


def _column(column: pa.ChunkedArray) -> Any:
    if pa.types.is_large_string(column.type) or pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=object)
    return column.to_numpy().astype(np.float64)
