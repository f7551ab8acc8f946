"""Metrics of out-of-sample probabilities, as the manifest records them."""

from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import Ranked
from scoring.ml.model.manifest_sections import ConfusionCounts, MetricsSection


def metrics_section(clients: Ranked, *, resamples: int, seed: int) -> MetricsSection:
    """Return every metric of these clients with its 95 % bootstrap interval, and the confusion matrix."""
    counts = classification.confusion(clients)
    return MetricsSection(
        **classification.evaluate(clients, resamples=resamples, seed=seed),
        confusion=ConfusionCounts(tp=int(counts.tp), fp=int(counts.fp), fn=int(counts.fn), tn=int(counts.tn)),
    )
