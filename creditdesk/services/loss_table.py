"""A loss table is proposed by one person and published, or rejected, by another."""

from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.services.published_terms import (
    checked_answer,
    checked_reason,
    locked_in_force_as_seen,
    locked_proposal,
    locked_successor,
    proposed_already,
    recorded_change,
    store_answer,
    store_withdrawal,
)
from creditdesk.services.refusal import ActRefused
from scoring.models import LossTable
from scoring.models.loss_table import SHARES

Status = LossTable.Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LossTerms:
    """What a loss table lays down, named as its columns."""

    lgd_cash: float
    ead_cash: float
    lgd_revolving: float
    ead_revolving: float
    favourable_shift: float
    adverse_shift: float
    adverse_lgd_factor: float
    favourable_weight: float
    adverse_weight: float
    loss_limit: float


def propose_loss_table(*, terms: LossTerms, based_on: int | None, reason: str, by: User) -> LossTable:
    """Ask a second person to put these terms in force. Raises ActRefused.

    `based_on` is the version of the table that the proposer saw in force, None for none.
    """
    if not by.has_perm("scoring.propose_losstable"):
        raise PermissionDenied
    reason = checked_reason(reason)
    _refuse_senseless(terms)
    with transaction.atomic():
        current = locked_in_force_as_seen(LossTable, based_on, _outdated)
        values = {**asdict(terms), "based_on": current, "reason": reason}
        if earlier := proposed_already(LossTable, values, by):
            return earlier
        table = LossTable.objects.create(**values, proposed_by=by)
        return _audited(table, Action.LOSS_TABLE_PROPOSED, by)


def publish_loss_table(*, table: LossTable, reason: str, by: User) -> LossTable:
    """Put a proposed table in force, as a second person. Raises ActRefused."""
    reason = checked_answer(table, reason, by, own=_own())
    try:
        with transaction.atomic():
            published = store_answer(locked_successor(table, _outdated), Status.PUBLISHED, reason, by)
            return _audited(published, Action.LOSS_TABLE_PUBLISHED, by)
    except IntegrityError as error:
        raise ActRefused(_outdated()) from error


@transaction.atomic
def reject_loss_table(*, table: LossTable, reason: str, by: User) -> LossTable:
    """Reject a proposal, which stays on record. Raises ActRefused."""
    reason = checked_answer(table, reason, by, own=_own())
    rejected = store_answer(locked_proposal(table), Status.REJECTED, reason, by)
    return _audited(rejected, Action.LOSS_TABLE_REJECTED, by)


@transaction.atomic
def withdraw_loss_table(*, table: LossTable, by: User) -> LossTable:
    """Take one's own proposal back. Raises ActRefused."""
    return _audited(store_withdrawal(table, by), Action.LOSS_TABLE_WITHDRAWN, by)


def _refuse_senseless(terms: LossTerms) -> None:
    if not all(0 <= getattr(terms, name) <= 1 for name in SHARES):
        raise ActRefused(gettext("Shares lie between nothing and everything."))
    if terms.favourable_shift > 0 or terms.adverse_shift < 0 or terms.adverse_lgd_factor < 1:
        raise ActRefused(gettext("The favourable scenario lowers defaults, the adverse one raises them."))
    weights = (terms.favourable_weight, terms.adverse_weight)
    if min(weights) < 0 or terms.adverse_weight > 1 - terms.favourable_weight:
        raise ActRefused(gettext("The weights of the two scenarios add up to 100% at most."))


def _own() -> str:
    return gettext("You proposed this loss table: another person has to answer.")


def _outdated(_current: LossTable | None = None) -> str:
    return gettext("Another loss table has come into force meanwhile: read it, then propose again.")


def _audited(table: LossTable, action: Action, by: User) -> LossTable:
    names = LossTerms.__dataclass_fields__
    terms = {name: getattr(table, name) for name in names}
    target = f"loss table {table.version}" if table.version else "loss table"
    details = {"loss_table": table.pk, "version": table.version, **terms, **recorded_change(table, names)}
    audit.record(action=action, actor=by, target=target, details=details, rows=[table])
    return table
