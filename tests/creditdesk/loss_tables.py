"""Loss tables for tests: proposed by the manager and published by the administrator, through the services."""

from typing import Any

from accounts.models import User
from creditdesk.services import LossTerms, propose_loss_table, publish_loss_table
from scoring.models import LossTable, loss_table_in_force

WHY = "Recoveries of the last three years say so."
YES = "Read, computed again and in order."


def loss_terms(**changes: float) -> LossTerms:
    terms: dict[str, Any] = {
        "lgd_cash": 0.45,
        "ead_cash": 0.9,
        "lgd_revolving": 0.75,
        "ead_revolving": 0.6,
        "favourable_shift": -0.3,
        "adverse_shift": 0.8,
        "adverse_lgd_factor": 1.2,
        "favourable_weight": 0.2,
        "adverse_weight": 0.3,
        "loss_limit": 0.2,
    }
    return LossTerms(**terms | changes)


def proposed_table(by: User, **changes: float) -> LossTable:
    current = loss_table_in_force()
    return propose_loss_table(
        terms=loss_terms(**changes), based_on=current.version if current else None, reason=WHY, by=by
    )


def published_table(by: User, second: User, **changes: float) -> LossTable:
    return publish_loss_table(table=proposed_table(by, **changes), reason=YES, by=second)
