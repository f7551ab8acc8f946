"""A folder of Home Credit tables, read out of core and typed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import ibis
from ibis.expr.types import Table

from scoring.ml.tables.catalogue import HISTORY
from scoring.ml.tables.files import FolderError, TableFile, find_files
from scoring.ml.tables.leftovers import remove_with_this_process
from scoring.ml.tables.reading import FAULTS, read_file

__all__ = ["Folder", "FolderError", "open_folder"]

# The aggregates of all tables take 450 MB before the first client; below that nothing can be read.
MEMORY: Final = "600MB"
THREADS: Final = 2


@dataclass(frozen=True)
class Folder:
    """The tables of one folder, typed as the catalogue declares them, read lazily through Ibis.

    `application` has a row per application of the train and test files, with TARGET (0, 1 or NULL where
    unknown) and `side` ('train' or 'test'). Every table has `file` and `line` (in a CSV the header is line 1,
    in a Parquet the first row is). `history` has the provided tables, `absent` the others.
    """

    path: Path
    connection: Any
    files: tuple[TableFile, ...]
    application: Table
    history: Mapping[str, Table]
    # The tables live in this directory for as long as the folder is in use.
    workspace: TemporaryDirectory[str]
    # Where Spark has computed them, the profiles of all clients are a table of the connection.
    has_profiles: bool = False

    @property
    def absent(self) -> tuple[str, ...]:
        return tuple(name for name in HISTORY if name not in self.history)

    def clients(self) -> int:
        """Count the applications, train and test side together."""
        return int(self.connection.raw_sql("SELECT count(*) FROM application").fetchone()[0])

    def fingerprint(self) -> str:
        """Return the SHA-256 over the names and bytes of the files."""
        whole = hashlib.sha256()
        for file in self.files:
            with file.path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            whole.update(f"{file.path.name}:{digest}\n".encode())
        return whole.hexdigest()


def open_folder(path: Path) -> Folder:
    """Read every table of the folder into a database among the system's temporary files.

    It goes when the folder is not used any more, and with this process, however that ends.

    Raise FolderError, with a message to act on, for a folder or a file that cannot be read.
    """
    files = find_files(path)
    workspace = TemporaryDirectory(prefix="creditdesk-", ignore_cleanup_errors=True)
    remove_with_this_process(workspace)
    connection = connect(Path(workspace.name))
    for file in files:
        read_file(connection, file, Path(workspace.name))
    provided = {
        file.table: connection.table(file.table).drop("faulty", "side") for file in files if not file.side
    }
    application = connection.table("application").drop("faulty")
    return Folder(path, connection, files, application, provided, workspace)


def connect(workspace: Path) -> Any:
    """Open a database in the workspace, with an empty table of faults."""
    connection = ibis.duckdb.connect(
        workspace / "tables.duckdb",
        threads=THREADS,
        memory_limit=MEMORY,
        temp_directory=str(workspace / "spill"),
    )
    columns = ", ".join(f'"{name}" {kind}' for name, kind in FAULTS.items())
    connection.raw_sql(f"CREATE TABLE faults ({columns})")
    return connection
