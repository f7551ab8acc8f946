"""Scoring a whole folder of tables into Parquet files, with contributions and reasons for everybody.

A run that was stopped goes on where it stopped. A run over changed tables computes only the clients whose
inputs of the model changed, and takes the others from the run before.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from creditdesk.reasons import dictionary_version, reasons_for
from scoring.ml.features import frames
from scoring.ml.features.frames import ProfileBatch
from scoring.ml.model.batch import ScoredBatch, score_batch
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.tables.files import FolderError
from scoring.ml.tables.folder import Folder

CLIENTS_PER_FILE: Final = 10_000
RUN: Final = "run.json"
SUCCESS: Final = "_SUCCESS"
EARLIER: Final = ".earlier"
_DIGEST_BYTES: Final = 16
_REASONS: Final = pa.list_(
    pa.struct(
        [
            ("code", pa.string()),
            ("contribution", pa.float64()),
            ("text_en", pa.string()),
            ("text_fr", pa.string()),
        ]
    )
)


@dataclass(frozen=True, slots=True)
class Run:
    """What the numbers of a run follow from."""

    model: str
    model_version: str
    thresholds: tuple[float, float]
    reasons: str
    tables: str
    clients: int

    def is_comparable(self, other: "Run") -> bool:
        """Whether equal inputs give equal answers in both."""
        return (self.model, self.thresholds, self.reasons) == (other.model, other.thresholds, other.reasons)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """Clients so far: computed, taken from an earlier run, and stored, in whole files of this run."""

    computed: int = 0
    taken: int = 0
    stored: int = 0

    @property
    def clients(self) -> int:
        return self.computed + self.taken + self.stored


def score_into(out: Path, folder: Folder, model: Model, thresholds: Thresholds) -> Iterator[RunCounts]:
    """Score every client of the folder into files of `out`, and yield the counts after each file.

    A file is whole or not there; `_SUCCESS` is written when all are. Columns: those of ScoredBatch.table,
    `inputs`, the digest of what the model read, and `reasons`, most important first, in both languages.
    Raises FolderError when `out` holds anything else than a run.
    """
    run = Run(
        model=model.digest,
        model_version=model.version,
        thresholds=(thresholds.accept_below, thresholds.refuse_from),
        reasons=str(dictionary_version()),
        tables=folder.fingerprint(),
        clients=folder.clients(),
    )
    _prepare(out, run)
    files = _files(out)
    counts = RunCounts(stored=sum(pq.read_metadata(file).num_rows for file in files))
    yield counts
    last = pc.max(pq.read_table(files[-1], columns=[frames.REFERENCE])[0]).as_py() if files else None
    for number, batch in enumerate(frames.profiles(folder, chunk=CLIENTS_PER_FILE, after=last), len(files)):
        rows, taken = _answers(model, thresholds, batch, _earlier(out, batch))
        _write(rows, out / f"part-{number:06}.parquet")
        counts = replace(counts, computed=counts.computed + len(rows) - taken, taken=counts.taken + taken)
        yield counts
    (out / SUCCESS).touch()
    shutil.rmtree(out / EARLIER, ignore_errors=True)


def _prepare(out: Path, run: Run) -> None:
    """Make the folder ready: to go on with this very run, or to take what it can from another."""
    out.mkdir(parents=True, exist_ok=True)
    for unfinished in out.glob(".part-*"):
        unfinished.unlink()
    stored = out / RUN
    if not stored.exists():
        if any(out.iterdir()):
            raise FolderError(f"{out} holds other files: name a folder that is empty or not there yet.")
        _write_text(stored, run)
        return
    read = json.loads(stored.read_text(encoding="utf-8"))
    before = Run(**{**read, "thresholds": tuple(read["thresholds"])})
    if before == run:
        return
    (out / SUCCESS).unlink(missing_ok=True)
    earlier = out / EARLIER
    if not before.is_comparable(run):
        shutil.rmtree(earlier, ignore_errors=True)
    earlier.mkdir(exist_ok=True)
    for file in _files(out):
        if before.is_comparable(run):
            file.replace(earlier / f"{before.tables[:16]}-{file.name}")
        else:
            file.unlink()
    _write_text(stored, run)


def _write_text(path: Path, run: Run) -> None:
    beside = path.with_suffix(".unfinished")
    beside.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def _files(out: Path) -> list[Path]:
    return sorted(out.glob("part-*.parquet"))


def _earlier(out: Path, batch: ProfileBatch) -> pa.Table | None:
    """Return what earlier runs answered for the references of a batch."""
    files = sorted((out / EARLIER).glob("*.parquet"))
    if not files:
        return None
    first, last = int(batch.reference[0]), int(batch.reference[-1])
    between = [(frames.REFERENCE, ">=", first), (frames.REFERENCE, "<=", last)]
    return pa.concat_tables(pq.read_table(file, filters=between) for file in files)


def _answers(
    model: Model, thresholds: Thresholds, batch: ProfileBatch, earlier: pa.Table | None
) -> tuple[pa.Table, int]:
    """Return the rows of a batch and how many of them were taken from earlier ones."""
    inputs = _digests(model, batch)
    positions = _positions(earlier)
    places = [positions.get(key) for key in zip(batch.reference.tolist(), inputs, strict=True)]
    is_new = np.array([place is None for place in places], dtype=bool)
    parts = []
    if earlier is not None:
        parts.append(earlier.take(pa.array([place for place in places if place is not None], pa.int64())))
    if is_new.any():
        parts.append(
            _computed(model, thresholds, batch.at(is_new), [inputs[row] for row in np.flatnonzero(is_new)])
        )
    return pa.concat_tables(parts).sort_by(frames.REFERENCE), int((~is_new).sum())


def _digests(model: Model, batch: ProfileBatch) -> list[bytes]:
    """Digest what each answer follows from: the model's inputs, and how many rows each table has."""
    counts = np.column_stack([np.empty((len(batch.reference), 0)), *batch.history_rows.values()])
    tables = ",".join(batch.history_rows).encode()
    rows = np.column_stack([model.matrix(batch.columns), counts])
    return [
        hashlib.blake2b(row.tobytes() + tables, digest_size=_DIGEST_BYTES).digest()
        for row in np.ascontiguousarray(rows)
    ]


def _positions(earlier: pa.Table | None) -> dict[tuple[int, bytes], int]:
    if earlier is None:
        return {}
    keys = zip(earlier[frames.REFERENCE].to_pylist(), earlier["inputs"].to_pylist(), strict=True)
    return {key: position for position, key in enumerate(keys)}


def _computed(model: Model, thresholds: Thresholds, batch: ProfileBatch, inputs: list[bytes]) -> pa.Table:
    scored = score_batch(model, thresholds, batch, explained=True)
    table = scored.table()
    table = table.append_column("inputs", pa.array(inputs, pa.binary(_DIGEST_BYTES)))
    return table.append_column("reasons", pa.array(_reasons(model, batch, scored), _REASONS))


def _reasons(model: Model, batch: ProfileBatch, scored: ScoredBatch) -> list[list[dict[str, Any]]]:
    contributions: NDArray[np.float64] = (
        np.empty((0, 0)) if scored.contributions is None else scored.contributions.values
    )
    matrix = model.matrix(batch.columns)
    history_rows = [
        {name: int(counts[row]) for name, counts in batch.history_rows.items()} for row in range(len(matrix))
    ]
    return [
        [
            {
                "code": reason.code,
                "contribution": reason.contribution,
                "text_en": reason.text_en,
                "text_fr": reason.text_fr,
            }
            for reason in reasons_for(
                model,
                values=values,
                contributions=pushes,
                verdict=verdict,
                missing=missing,
                history_rows=rows,
            )
        ]
        for values, pushes, verdict, missing, rows in zip(
            matrix, contributions, scored.verdicts, scored.missing, history_rows, strict=True
        )
    ]


def _write(rows: pa.Table, path: Path) -> None:
    """Write beside the file and rename at the end, so that it is whole or not there."""
    unfinished = path.with_name(f".{path.name}")
    try:
        pq.write_table(rows, unfinished, compression="zstd")
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.replace(path)
