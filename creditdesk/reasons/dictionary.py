"""The version of the reason dictionary: its edition and a digest of all that it can say."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from creditdesk.models import Reason
from creditdesk.reasons import render
from scoring.ml.features import catalogue
from scoring.ml.model.explainer_data import ReferenceRange

# The rule by which reasons are selected. Another rule is another edition; the old one stays, for replays.
EDITION: Final = "2"


@cache
def dictionary_version() -> str:
    """Return edition and digest: a changed label, sentence or number format changes the version by itself."""
    digest = hashlib.sha256()
    shares = np.array([0.25, 0.75])
    reference_range = ReferenceRange(low=-400.0, high=0.5, coverage=0.9, shares=shares)
    for feature in catalogue.FEATURES:
        probes = (np.nan, 1.0) if feature.categories else (np.nan, -1000.25, 0.125)
        for value in probes:
            texts = render.sentences(feature, value, reference_range, refused=True, history_rows={})
            digest.update("\n".join([feature.name, texts["text_en"], texts["text_fr"]]).encode())
    for group, label in catalogue.GROUPS.items():
        digest.update(f"{group}\n{label.en}\n{label.fr}\n".encode())
    return f"{EDITION}.{digest.hexdigest()[:8]}"


def version_of(reasons: Sequence[Reason]) -> str:
    """Return the version that worded stored reasons; today's where there are none."""
    return reasons[0].version if reasons else dictionary_version()


def edition_of(version: str) -> str:
    return version.partition(".")[0]
