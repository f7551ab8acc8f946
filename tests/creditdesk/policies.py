"""Policies for tests: proposed by the manager and published by the administrator, through the services."""

from decimal import Decimal
from typing import Any, Final

from accounts.models import User
from creditdesk.services.policy import PolicyTerms, propose_policy, publish_policy
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest_choices import AcceptLimit, ReferBand
from scoring.models import Policy
from scoring.policies import in_force

WHY = "The board wants fewer defaults this winter."
YES = "Read, compared and in order for the bank."

# A band of referral, as the training of a version proposes it.
BAND: Final = ReferBand(
    limit=AcceptLimit(default_rate=0.04, refer_share=0.15),
    confidence=0.999,
    clients=40_000,
    accept_below=0.062,
    refuse_from=0.105,
    accepted=0.62,
    referred=0.149,
    default_rate=Estimate(0.0351, 0.0331, 0.0372),
)


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
