"""Scores of folds kept in a folder, so that a comparison that was stopped goes on where it was."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.ml.training.data.clients import Clients

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Fit = Callable[[Mask, int], Values]
"""From the clients to train on, (n,), and a seed to the log-odds of the others by each booster, (b, m)."""


def kept_scores(fit: Fit, folder: Path, name: str) -> Fit:
    """Return the fit that writes its log-odds to a folder, and reads those that are there."""
    folder.mkdir(parents=True, exist_ok=True)

    def read_or_fit(train: Mask, seed: int) -> Values:
        path = folder / f"{name}-{seed}-{mask_digest(train)}.npy"
        if path.exists():
            scores: Values = np.load(path, allow_pickle=False)
            return scores
        scores = fit(train, seed)
        partial = path.with_suffix(".partial.npy")
        np.save(partial, scores)
        partial.replace(path)
        return scores

    return read_or_fit


def clients_digest(clients: Clients) -> str:
    """Return a short digest of who the clients are and what became of them."""
    digest = hashlib.sha256(clients.reference.tobytes() + clients.target.tobytes())
    return digest.hexdigest()[:8]


def mask_digest(train: Mask) -> str:
    """Return a short digest of who is trained on."""
    return hashlib.sha256(np.packbits(train).tobytes()).hexdigest()[:8]
