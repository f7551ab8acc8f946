"""A quick training of synthetic clients, written to a folder."""

from dataclasses import dataclass, replace
from pathlib import Path

from scoring.ml.model.manifest import Manifest
from scoring.ml.training import model_writer, pipeline
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit.hyperparameters import Hyperparameters, hyperparameters_for
from scoring.ml.training.model_writer import Provenance
from scoring.ml.training.progress import silent

SEED = 3
PROVENANCE = Provenance(
    name="v1",
    created_at="2026-01-01T00:00:00+00:00",
    is_demo=False,
    seed=SEED,
    fingerprint="f" * 64,
    tables=("application",),
    rejected=0,
)


@dataclass(frozen=True)
class Finished:
    path: Path
    manifest: Manifest
    trained: pipeline.TrainedModel
    gathered: Clients

    @property
    def clients(self) -> Clients:
        """With the features of the final model."""
        return self.trained.clients


def quick() -> Hyperparameters:
    """Without the null-importance filter: on so few clients it would leave no categorical feature."""
    return replace(hyperparameters_for(1_500, quick=True), shuffles=0)


def train_into(path: Path, clients: Clients) -> Finished:
    path.mkdir(parents=True)
    trained = pipeline.train(clients, hyperparameters=quick(), seed=SEED, progress=silent)
    manifest = model_writer.write(path, trained, provenance=PROVENANCE)
    return Finished(path, manifest, trained, clients)
