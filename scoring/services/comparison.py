from collections.abc import Mapping
from typing import Any

from scoring.models import Comparison


def keep_comparison(*, fingerprint: str, found: Mapping[str, Any]) -> Comparison:
    """Store what a comparison of candidates found, for the page that shows it."""
    return Comparison.objects.create(fingerprint=fingerprint, found=found)
