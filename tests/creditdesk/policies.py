"""Policies for tests: proposed by the manager and published by the administrator, through the services."""

from decimal import Decimal
from typing import Any

from accounts.models import User
from creditdesk.services.policy import PolicyTerms, propose_policy, publish_policy
from scoring.models import Policy
from scoring.policies import in_force

WHY = "The board wants fewer defaults this winter."
YES = "Read, compared and in order for the bank."


def terms(**changes: Any) -> PolicyTerms:
    chosen: dict[str, Any] = {
        "cost_fn": 10.0,
        "cost_fp": 1.0,
        "threshold_rule": "chosen",
        "accept_below": 0.05,
        "refuse_from": 0.2,
        "second_person_above": Decimal(100_000),
    }
    return PolicyTerms(**chosen | changes)


def proposed(by: User, **changes: Any) -> Policy:
    current = in_force()
    return propose_policy(
        terms=terms(**changes), based_on=current.version if current else None, reason=WHY, by=by
    )


def published(by: User, second: User, **changes: Any) -> Policy:
    return publish_policy(policy=proposed(by, **changes), reason=YES, by=second)
