"""The band of referral that a version proposes, in sentences: its promise and what it was seen to do."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from scoring.ml.model.manifest_choices import ReferBand
from scoring.presentation.formatting import number, percent


def band_sentences(band: ReferBand) -> Iterator[str]:
    """Yield what a reader has to know of a band, or that there is none."""
    if band.accept_below is None or band.refuse_from is None or band.default_rate is None:
        yield _("No band is proposed: no threshold can be shown to keep the limit of accepted defaults.")
        return
    yield _("Proposed band: accept below {low}, refuse from {high}, refer in between.").format(
        low=percent(band.accept_below, 1), high=percent(band.refuse_from, 1)
    )
    yield _(
        "Of those accepted without a person at most {rate} default, with a confidence of {confidence}; at "
        "most {share} of the clients are referred."
    ).format(
        rate=percent(band.limit.default_rate, 1),
        confidence=percent(band.confidence, 1),
        share=percent(band.limit.refer_share, 0),
    )
    yield _(
        "Of {clients} clients that the boosters had not seen, {accepted} are accepted and {referred} "
        "referred; {rate} of the accepted defaulted."
    ).format(
        clients=number(band.clients),
        accepted=percent(band.accepted or 0.0, 1),
        referred=percent(band.referred or 0.0, 1),
        rate=percent(band.default_rate.value, 2),
    )
