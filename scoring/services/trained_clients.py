"""Training clients of a version, so that it is never compared on the clients it was trained on."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accounts.audit.keys import key_ring
from scoring.models import ModelVersion, TrainingClients

Digests = NDArray[np.uint64]


def record_trained_clients(*, version: ModelVersion, references: Sequence[int]) -> TrainingClients:
    """Store the clients that a version was trained on, as keyed digests."""
    digests = np.sort(_digests(references))
    return TrainingClients.objects.create(version=version, digests=digests.tobytes())


def outside_training_data(version: ModelVersion, references: Sequence[int]) -> NDArray[np.bool_] | None:
    """Return which of these clients the version was not trained on; None when that was not recorded."""
    trained = TrainingClients.objects.filter(version=version).first()
    if trained is None:
        return None
    return ~np.isin(_digests(references), np.frombuffer(trained.digests, dtype=np.uint64))


def _digests(references: Sequence[int]) -> Digests:
    # The oldest key: digests must stay comparable when a new one is put in force.
    key = hashlib.sha256(f"training-clients:{key_ring()[-1]}".encode()).digest()
    return np.array([_digest(key, int(reference)) for reference in references], dtype=np.uint64)


def _digest(key: bytes, reference: int) -> int:
    digest = hashlib.blake2b(str(reference).encode(), key=key, digest_size=8)
    return int.from_bytes(digest.digest(), "little")
