"""The band of referral that a version proposes, and how to take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from scoring.ml.model.manifest_choices import ReferBand
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import RISK_CONTROL, refer_band
from scoring.presentation.band_sentences import band_sentences


@dataclass(frozen=True, slots=True)
class BandProposal:
    """`address` opens the desk with the band as its terms."""

    band: ReferBand
    threshold: float
    address: str

    @property
    def sentences(self) -> list[str]:
        return list(band_sentences(self.band))

    @property
    def refuses_below_threshold(self) -> bool:
        """Whether it refuses clients whom the threshold of the version would accept."""
        return (self.band.refuse_from or 0.0) < self.threshold


def band_proposal(model: Model | None, terms: Mapping[str, str]) -> BandProposal | None:
    """The band of the version in use, with the other terms left as they are."""
    band = refer_band(model.manifest) if model else None
    if model is None or band is None:
        return None
    query = urlencode({**terms, "threshold_rule": RISK_CONTROL})
    return BandProposal(band, model.threshold, f"{reverse('policy_desk')}?{query}")
