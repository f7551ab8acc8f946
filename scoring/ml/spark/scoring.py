"""Scoring on Spark: the native booster in every worker, over Arrow batches of profiles."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from scoring.ml.features.frames import profile_batch
from scoring.ml.features.spec.aggregations import CLIENT
from scoring.ml.model import folder as model_folder
from scoring.ml.model.batch import score_batch
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.tables.files import FolderError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Batches = Iterator[pa.RecordBatch]
ModelFiles = tuple[tuple[str, bytes], ...]

_DDL: Final = "SK_ID_CURR BIGINT, probability DOUBLE, verdict STRING, model_version STRING"


def scored(
    profiles: "DataFrame", model: Path, thresholds: Thresholds, *, digest: str, explained: bool
) -> "DataFrame":
    """Score profiles with the model in the folder `model`, of that digest, which is sent to every worker.

    Columns: those of `ScoredBatch.table`, with contributions when `explained`. Raises ModelUnavailable as
    `model.folder.load` does.
    """
    loaded = model_folder.load(model, digest=digest)
    files = tuple((path.name, path.read_bytes()) for path in sorted(model.iterdir()))
    features = ", ".join(f"`{name}`: DOUBLE" for name in loaded.features)
    ddl = f"{_DDL}, base_value DOUBLE, contributions STRUCT<{features}>" if explained else _DDL
    return profiles.mapInArrow(_scoring(files, digest, thresholds, explained=explained), ddl)


def write_scores(scores: "DataFrame", out: Path) -> None:
    """Write the scores as a folder of Parquet files, in the order in which Spark has them.

    Spark writes beside them and moves what is whole; `_SUCCESS` stands for all of it. Raises FolderError
    where something is there already.
    """
    if out.exists():
        raise FolderError(f"{out} exists already: remove it, or name another --out.")
    scores.write.parquet(str(out))


def write_in_order(scores: "DataFrame", out: Path, workspace: Path) -> None:
    """Write the scores as a folder of Parquet files, by reference from the first file to the last.

    Spark reads files by their size, so that the clients have lost their order when they are scored. The
    scores go to `workspace` first: to find the ranges reads its input twice, and nobody is scored twice.
    """
    write_scores(scores, workspace)
    stored = scores.sparkSession.read.parquet(str(workspace))
    write_scores(stored.repartitionByRange(CLIENT).sortWithinPartitions(CLIENT), out)


def _scoring(
    files: ModelFiles, digest: str, thresholds: Thresholds, *, explained: bool
) -> Callable[[Batches], Batches]:
    def of_batches(batches: Batches) -> Batches:
        for rows in batches:
            if not rows.num_rows:
                continue
            model = _loaded(files, digest)
            profiles = profile_batch(pa.Table.from_batches([rows]))
            yield from score_batch(model, thresholds, profiles, explained=explained).table().to_batches()

    return of_batches


@lru_cache(maxsize=2)
def _loaded(files: ModelFiles, digest: str) -> Model:
    """Load the model that the driver sent; a worker does so once."""
    with TemporaryDirectory(prefix="creditdesk-model-") as folder:
        named = Path(folder) / "model"
        named.mkdir()
        for name, content in files:
            (named / name).write_bytes(content)
        return model_folder.load(named, digest=digest)
