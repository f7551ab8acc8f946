"""Draw cases for a blind opinion at their first assessment, and store which were drawn."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings

from accounts.audit import chain
from creditdesk.cases.blind_draws import EVENT, would_be_drawn
from creditdesk.models import BlindDraw, Case


class Draws(NamedTuple):
    """The rows of the cases drawn, and what the event of their assessment says of the draw."""

    rows: Sequence[BlindDraw] = ()
    details: dict[str, Any] = {}


def save_draws(cases: Sequence[Case]) -> Draws:
    """Draw among cases that were just assessed for the first time, and store what was drawn."""
    share = settings.BLIND_SHARE
    if not share or not cases:
        return Draws()
    drawn = [case for case in cases if would_be_drawn(case.reference)]
    seed = chain.key_id(settings.AUDIT_KEY)
    # Most are not drawn, and Django writes a query that asks for none of them all the same.
    stored = set(BlindDraw.objects.filter(case__in=drawn).values_list("case", flat=True)) if drawn else set()
    rows = [
        BlindDraw.objects.create(case=case, share=share, seed=seed) for case in drawn if case.pk not in stored
    ]
    details = {
        "share": share,
        "seed": seed,
        "cases": [case.reference for case in cases],
        "drawn": [case.reference for case in drawn],
    }
    return Draws(rows, {EVENT: details})
