"""The policy in force, and what it makes of a model's probability: both are put together here alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache

from django.conf import settings

from accounts.prepared_queries import Prepared
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.models import Policy

_NEWEST = Prepared(lambda: Policy.objects.published().values_list("pk"))
_pinned: ContextVar[list[Policy | None] | None] = ContextVar("pinned_policy", default=None)


@contextmanager
def pinned() -> Iterator[None]:
    """Look the policy up once within the block, so that every part of a page goes by the same one."""
    token = _pinned.set([])
    try:
        yield
    finally:
        _pinned.reset(token)


def in_force() -> Policy | None:
    """The policy published last; None while the threshold of the model version is in force."""
    pinned_policy = _pinned.get()
    if pinned_policy:
        return pinned_policy[0]
    # One query of the key alone, until it is another one.
    newest = _NEWEST.first()
    policy = published(newest[0]) if newest else None
    if pinned_policy is not None:
        pinned_policy.append(policy)
    return policy


@lru_cache(maxsize=64)
def published(key: int) -> Policy:
    """A published policy: its row never changes again. Raises Policy.DoesNotExist."""
    policy: Policy = Policy.objects.published().get(pk=key)
    return policy


def thresholds_of(model: Model, policy: Policy | None) -> Thresholds:
    """Return what turns this model's probability into a verdict."""
    return policy.thresholds if policy else Thresholds.single(model.threshold)


def costs_of(model: Model, policy: Policy | None) -> Costs:
    """Return what a wrong verdict costs."""
    return policy.costs if policy else model.manifest.costs


def second_person_above(policy: Policy | None) -> Decimal:
    """Return the credit above which accepting without the model's consent takes two people."""
    return policy.second_person_above if policy else Decimal(str(settings.SECOND_PERSON_ABOVE))
