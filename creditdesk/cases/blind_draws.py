"""Draw of the cases for a blind opinion: from the reference and a key, so that an auditor can repeat it.

A case is drawn at its first assessment, or never. The event of that assessment names the share, the key, the
cases that came into question and those that were drawn.
"""

import hmac
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.conf import settings

from accounts.audit import Action, chain
from accounts.audit.keys import key_ring
from accounts.models import AuditEvent
from creditdesk.models import BlindDraw

_PURPOSE: Final = b"blind first opinion"
# Under this name the event of an assessment holds its draw.
EVENT: Final = "blind"


class WrongDraw(NamedTuple):
    """A case whose draw does not follow from the key, and why."""

    reference: str
    problem: str


class RepeatedDraws(NamedTuple):
    """How many cases came into question, how many were drawn, and what does not follow from the key."""

    cases: int
    drawn: int
    wrong: list[WrongDraw]


def is_drawn(reference: str, share: float, key: str) -> bool:
    """Whether the case is among that share under that audit key: nobody foresees it without the key."""
    seed = hmac.digest(key.encode(), _PURPOSE, "sha256")
    number = int.from_bytes(hmac.digest(seed, reference.encode(), "sha256")[:8])
    return number < share * 2**64


def would_be_drawn(reference: str) -> bool:
    """Whether its first assessment, made now, would draw the case."""
    return is_drawn(reference, settings.BLIND_SHARE, settings.AUDIT_KEY)


def repeat_draws() -> RepeatedDraws:
    """Repeat every draw of the log, and compare the log and the stored draws with it.

    A draw under a key that is not among the settings cannot be repeated, and is wrong too.
    """
    keys = {chain.key_id(key): key for key in key_ring()}
    considered: set[str] = set()
    drawn: set[str] = set()
    wrong: list[WrongDraw] = []
    for draw in _logged_draws():
        considered |= set(draw["cases"])
        drawn |= set(draw["drawn"])
        if (key := keys.get(draw["seed"])) is None:
            wrong.append(
                WrongDraw(", ".join(draw["cases"]), f"drawn with key {draw['seed']}, which is unknown")
            )
            continue
        repeated = {case for case in draw["cases"] if is_drawn(case, draw["share"], key)}
        differing = sorted(repeated ^ set(draw["drawn"]))
        wrong += [WrongDraw(reference, "the key says otherwise than the log") for reference in differing]
    stored = set(BlindDraw.objects.values_list("case__reference", flat=True))
    differing = sorted(drawn ^ stored)
    wrong += [WrongDraw(reference, "the log says otherwise than the stored draws") for reference in differing]
    return RepeatedDraws(len(considered), len(drawn), wrong)


def _logged_draws() -> Iterator[dict[str, Any]]:
    """What the events of assessments say of their draws, in their order."""
    events = AuditEvent.objects.filter(action__in=(Action.ASSESSMENT, Action.API_BATCH)).order_by("sequence")
    for details in events.values_list("details", flat=True).iterator():
        if EVENT in details:
            yield details[EVENT]
