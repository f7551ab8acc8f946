"""Reasons of one client of a tiny model, from pushes and values that a test names."""

import numpy as np

from creditdesk import reasons


def select(model, contributions, values=None, verdict="refuse", missing=()):
    values = np.full(len(model.features), 2.0) if values is None else values
    return reasons.reasons_for(
        model,
        values=values,
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows={},
    )


def by_feature(model, default=0.0, **numbers):
    """One number per feature, the default where none is given."""
    array = np.full(len(model.features), default)
    for name, number in numbers.items():
        array[model.features.index(name)] = number
    return array
