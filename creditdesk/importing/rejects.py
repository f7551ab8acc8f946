"""Files of rejected rows: CSV, complete or absent."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.csv_cells import safe_text


def write_rejects(path: Path, header: Sequence[str], rejects: Iterable[Sequence[str | int]]) -> None:
    """Write the file beside its place and move it at the end; texts cannot be run by a spreadsheet.

    Raises OSError where it cannot be written.
    """
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as beside:
        unfinished = Path(beside) / path.name
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            for reject in rejects:
                writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in reject])
        unfinished.replace(path)
