"""The retention table: how long each kind of personal data is kept."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ImproperlyConfigured

# Days after which apply_retention erases: drafts since their last change (long enough for a client to come
# back with the papers), stored API answers, applications sent to the API without a case; clients whose every
# case was refused, accepted, withdrawn or left undecided so long ago.
DEFAULTS: Final = {
    "drafts": 30,
    "answers": 1,
    "applications": 90,
    "refused": 365,
    "accepted": 3650,
    "withdrawn": 365,
    "undecided": 730,
    # Kept for ever: nothing deletes an event. The AI Act (19, 26) asks for six months at least.
    "audit": 183,
}


def retention_days(changes: Sequence[str]) -> dict[str, int]:
    """The table with changes such as refused=183. Raises ImproperlyConfigured."""
    try:
        table = DEFAULTS | {name: int(days) for name, days in (change.split("=") for change in changes)}
    except ValueError as error:
        raise ImproperlyConfigured(f"RETENTION_DAYS is written as refused=183,drafts=14: {error}") from error
    if table.keys() != DEFAULTS.keys() or min(table.values()) < 1:
        raise ImproperlyConfigured(f"RETENTION_DAYS takes {', '.join(DEFAULTS)}, each at least a day")
    if table["audit"] < DEFAULTS["audit"]:
        raise ImproperlyConfigured(
            "RETENTION_DAYS: the audit log is kept for at least six months (audit=183)"
        )
    return table
