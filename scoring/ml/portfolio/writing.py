"""Writing a drawn portfolio as the competition's files: block by block, and whole or not at all."""

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from scoring.ml.portfolio.generate import Block
from scoring.ml.portfolio.rows import TEXT
from scoring.ml.portfolio.traits import Columns

# Files beside the seven tables, always CSV.
BESIDE = {
    "clients": [["SK_ID_CURR", "int64"], ["NAME", TEXT], ["CLIENT_KEY", TEXT]],
    "applied": [["SK_ID_CURR", "int64"], ["APPLIED_ON", TEXT]],
    "outcomes": [
        ["reference", "int64"],
        ["month", TEXT],
        ["days_past_due", "int64"],
        ["balance", "double"],
        ["defaulted", "int64"],
    ],
}
TYPES = {"int64": pa.int64(), "double": pa.float64(), TEXT: pa.large_string()}
FORMATS = ("parquet", "csv")


class CannotWrite(Exception):
    """The portfolio could not be written; nothing is left behind."""


def write(
    blocks: Iterable[Block], layout: Mapping[str, list[list[str]]], out: Path, *, file_format: str = "parquet"
) -> Iterator[int]:
    """Writes the blocks to `out`, yielding the number of clients of each. The folder appears at the end.

    Raises CannotWrite when `out` holds something already or the disk is full.
    """
    schemas = {stem: _schema(columns) for stem, columns in {**layout, **BESIDE}.items()}
    with _whole(out) as folder, ExitStack() as files:
        writers = {
            stem: files.enter_context(_writer(folder, stem, schema, "csv" if stem in BESIDE else file_format))
            for stem, schema in schemas.items()
        }
        for block in blocks:
            for stem, writer in writers.items():
                writer.write_table(_table(block[stem], schemas[stem]))
            yield len(block["clients"]["NAME"])


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` when the block ends well and disappears when it does not."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CannotWrite(f"{out} is there already and is not empty; choose another folder or empty it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise CannotWrite(f"cannot write beside {out}: {error.strerror}") from error
    try:
        yield folder
        folder.chmod(0o755)
        folder.replace(out)
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise CannotWrite(f"{out} was not written: {reason}; nothing was kept") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _writer(folder: Path, stem: str, schema: pa.Schema, file_format: str) -> Any:
    open_file: Callable[..., Any] = pa_csv.CSVWriter if file_format == "csv" else pq.ParquetWriter
    options = {} if file_format == "csv" else {"compression": "zstd"}
    return open_file(str(folder / f"{stem}.{file_format}"), schema, **options)


def _schema(columns: list[list[str]]) -> pa.Schema:
    return pa.schema([(name, TYPES[kind]) for name, kind in columns])


def _table(columns: Columns, schema: pa.Schema) -> pa.Table:
    return pa.table([_array(columns[field.name], field.type) for field in schema], schema=schema)


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if pa.types.is_int64(kind):
        return pa.array(np.asarray(values, dtype=np.int64), kind)
    return pa.array(values, kind, from_pandas=True)
