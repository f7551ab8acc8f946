"""Storage of a comparison of candidates."""

from scoring.models import Comparison
from scoring.models.comparison import StoredComparison


def save_comparison(comparison: StoredComparison) -> Comparison:
    """Store a comparison of candidates for the page that shows it."""
    return Comparison.objects.create(fingerprint=comparison["fingerprint"], results=comparison)
