"""A loss table is proposed by one person and published, or rejected, by another."""

from dataclasses import asdict, dataclass

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.services.refusal import ActRefused
from scoring.models import MIN_REASON_LENGTH, LossTable
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
    reason = _checked_reason(reason)
    _refuse_senseless(terms)
    with transaction.atomic():
        current = _in_force()
        if (current.version if current else None) != based_on:
            raise ActRefused(_outdated())
        table = LossTable.objects.create(**asdict(terms), based_on=current, reason=reason, proposed_by=by)
        _audit(table, Action.LOSS_TABLE_PROPOSED, by)
    return table


def publish_loss_table(*, table: LossTable, reason: str, by: User) -> LossTable:
    """Put a proposed table in force, as a second person. Raises ActRefused."""
    reason = _checked_answer(table, reason, by)
    try:
        with transaction.atomic():
            current, pending = _in_force(), _lock(table)
            if pending.based_on_id != (current.pk if current else None):
                raise ActRefused(_outdated())
            pending.version = current.version + 1 if current and current.version else 1
            return _answer(pending, Status.PUBLISHED, Action.LOSS_TABLE_PUBLISHED, reason, by)
    except IntegrityError as error:
        raise ActRefused(_outdated()) from error


@transaction.atomic
def reject_loss_table(*, table: LossTable, reason: str, by: User) -> LossTable:
    """Reject a proposal, which stays on record. Raises ActRefused."""
    reason = _checked_answer(table, reason, by)
    return _answer(_lock(table), Status.REJECTED, Action.LOSS_TABLE_REJECTED, reason, by)


@transaction.atomic
def withdraw_loss_table(*, table: LossTable, by: User) -> LossTable:
    """Take one's own proposal back. Raises ActRefused."""
    if table.proposed_by_id != by.pk:
        raise PermissionDenied
    pending = _lock(table)
    pending.status, pending.answered_at = Status.WITHDRAWN, timezone.now()
    pending.save()
    _audit(pending, Action.LOSS_TABLE_WITHDRAWN, by)
    return pending


def _refuse_senseless(terms: LossTerms) -> None:
    if not all(0 <= getattr(terms, name) <= 1 for name in SHARES):
        raise ActRefused(gettext("Shares lie between nothing and everything."))
    if terms.favourable_shift > 0 or terms.adverse_shift < 0 or terms.adverse_lgd_factor < 1:
        raise ActRefused(gettext("The favourable scenario lowers defaults, the adverse one raises them."))
    weights = (terms.favourable_weight, terms.adverse_weight)
    if min(weights) < 0 or terms.adverse_weight > 1 - terms.favourable_weight:
        raise ActRefused(gettext("The weights of the two scenarios add up to 100% at most."))


def _checked_answer(table: LossTable, reason: str, by: User) -> str:
    """Return the reason of a person who may answer."""
    if not by.has_perm("scoring.publish_losstable"):
        raise PermissionDenied
    if table.proposed_by_id == by.pk:
        raise ActRefused(gettext("You proposed this loss table: another person has to answer."))
    return _checked_reason(reason)


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < MIN_REASON_LENGTH:
        raise ActRefused(gettext("Say why in at least %(least)s characters.") % {"least": MIN_REASON_LENGTH})
    return reason


def _in_force() -> LossTable | None:
    """The table in force, locked while this transaction decides on the next one."""
    locked: LossTable | None = LossTable.objects.select_for_update(of=("self",)).published().first()
    return locked


def _lock(table: LossTable) -> LossTable:
    """Return the proposal, locked, while it is pending."""
    pending: LossTable = LossTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
    if pending.status != Status.PROPOSED:
        raise ActRefused(gettext("This proposal has already been answered."))
    return pending


def _outdated() -> str:
    return gettext("Another loss table has come into force meanwhile: read it, then propose again.")


def _answer(pending: LossTable, status: str, action: Action, reason: str, by: User) -> LossTable:
    pending.status = status
    pending.answered_by, pending.answered_at, pending.answer_reason = by, timezone.now(), reason
    pending.save()
    _audit(pending, action, by)
    return pending


def _audit(table: LossTable, action: Action, by: User) -> None:
    terms = {name: getattr(table, name) for name in LossTerms.__dataclass_fields__}
    target = f"loss table {table.version}" if table.version else "loss table"
    details = {"loss_table": table.pk, "version": table.version, **terms}
    audit.record(action=action, actor=by, target=target, details=details, rows=[table])
