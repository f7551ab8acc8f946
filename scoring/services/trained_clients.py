"""Which clients a version has learned from, so that it is never judged by them."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from scoring.models import ModelVersion, TrainingClients

Digests = NDArray[np.uint64]


def remember_clients(*, version: ModelVersion, references: Sequence[int]) -> TrainingClients:
    """Keep who taught this version."""
    digests = np.sort(_digests(references))
    return TrainingClients.objects.create(version=version, digests=digests.tobytes())


def unseen_by(version: ModelVersion, references: Sequence[int]) -> NDArray[np.bool_] | None:
    """Which of these clients the version has not learned from; None when nobody knows."""
    known = TrainingClients.objects.filter(version=version).first()
    if known is None:
        return None
    return ~np.isin(_digests(references), np.frombuffer(known.digests, dtype=np.uint64))


def _digests(references: Sequence[int]) -> Digests:
    key = hashlib.sha256(f"training-clients:{settings.AUDIT_KEY}".encode()).digest()
    return np.array([_digest(key, int(reference)) for reference in references], dtype=np.uint64)


def _digest(key: bytes, reference: int) -> Any:
    found = hashlib.blake2b(str(reference).encode(), key=key, digest_size=8)
    return int.from_bytes(found.digest(), "little")
