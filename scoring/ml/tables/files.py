"""The files of a folder, by the table that each holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from scoring.ml.tables.catalogue import HISTORY, TABLES


class FolderError(Exception):
    """A folder that cannot be read; the message says which file and what to do about it."""


class Format(StrEnum):
    CSV = ".csv"
    CSV_GZ = ".csv.gz"
    PARQUET = ".parquet"


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of one table; `side` is train or test for the application, empty for a history table."""

    path: Path
    table: str
    format: Format
    side: str = ""


SIDES: Final = ("train", "test")


def find_files(folder: Path) -> tuple[TableFile, ...]:
    """Find the files of the seven tables, whatever the case of their names.

    Raises FolderError for a path that is no folder, an empty one, one without an application file, and for a
    table that is there in two formats.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder.")
    files = tuple(_table_files(folder))
    if not any(file.table == "application" for file in files):
        raise FolderError(
            f"{folder} holds no application file: application_train or application_test is needed,"
            " as .csv, .csv.gz or .parquet."
        )
    return files


def _table_files(folder: Path) -> Iterator[TableFile]:
    names = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    for side in SIDES:
        yield from _table_file(names, stem=f"application_{side}", table="application", side=side)
    for table in HISTORY:
        yield from _table_file(names, stem=TABLES[table].stem, table=table, side="")


def _table_file(names: dict[str, Path], *, stem: str, table: str, side: str) -> Iterator[TableFile]:
    files = [
        TableFile(names[name], table, ending, side)
        for ending in Format
        if (name := f"{stem}{ending}".lower()) in names
    ]
    if len(files) > 1:
        both = " and ".join(file.path.name for file in files)
        raise FolderError(f"{both} hold the same table: keep one of them.")
    yield from files
