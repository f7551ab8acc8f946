"""Promotion of a version: one person proposes it, a second person answers."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import MIN_REASON_LENGTH, Activation, ModelVersion, Proposal
from scoring.services.gates import Gate, measure
from scoring.services.registry import activate

Status = Proposal.Status


class PromotionRefused(Exception):
    """Nothing was changed; the message gives the reason."""


def propose(*, version: ModelVersion, reason: str, by: User) -> Proposal:
    """Ask a second person to put a version in use, for the first time or again. Raises PromotionRefused."""
    if not by.has_perm("scoring.propose_model"):
        raise PermissionDenied
    reason = _checked_reason(reason)
    current = Activation.objects.current().first()
    if current and current.version == version:
        raise PromotionRefused(gettext("This version is in use already."))
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(version=version, reason=reason, proposed_by=by)
            _audit(proposal, Action.MODEL_PROPOSED, by)
    except IntegrityError as error:
        raise PromotionRefused(gettext("This version waits for a second person already.")) from error
    return proposal


def approve(*, proposal: Proposal, reason: str, by: User, override: bool = False) -> Proposal:
    """Put the proposed version in use. A failed gate refuses, unless it may be overridden and
    `override` is given. Raises PromotionRefused."""
    reason = _checked_answer(proposal, reason, by)
    gates = measure(proposal.version)
    _refuse_failed(gates, override)
    failed = [gate.code for gate in gates if gate.failed]
    with transaction.atomic():
        pending = _lock(proposal)
        try:
            pending.activation = activate(
                version=pending.version, by=by, reason=pending.reason, failed_gates=failed
            )
        except ModelUnavailable as error:
            raise PromotionRefused(str(error)) from error
        pending.overrides_gates = bool(failed)
        return _answer(pending, Status.APPROVED, gates, reason, by)


def reject(*, proposal: Proposal, reason: str, by: User) -> Proposal:
    """Reject a proposal, which stays on record. Raises PromotionRefused."""
    reason = _checked_answer(proposal, reason, by)
    gates = measure(proposal.version)
    with transaction.atomic():
        return _answer(_lock(proposal), Status.REJECTED, gates, reason, by)


@transaction.atomic
def withdraw(*, proposal: Proposal, by: User) -> Proposal:
    """Take one's own proposal back. Raises PromotionRefused."""
    if proposal.proposed_by_id != by.pk:
        raise PermissionDenied
    pending = _lock(proposal)
    pending.status = Status.WITHDRAWN
    pending.save()
    _audit(pending, Action.MODEL_ANSWERED, by)
    return pending


def _checked_answer(proposal: Proposal, reason: str, by: User) -> str:
    """Return the reason of a person who may answer."""
    if not by.has_perm("scoring.activate_model"):
        raise PermissionDenied
    if proposal.proposed_by_id == by.pk:
        raise PromotionRefused(gettext("You proposed this version: another person has to answer."))
    return _checked_reason(reason)


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < MIN_REASON_LENGTH:
        raise PromotionRefused(
            gettext("Say why in at least %(least)s characters.") % {"least": MIN_REASON_LENGTH}
        )
    return reason


def _refuse_failed(gates: Sequence[Gate], override: bool) -> None:
    if any(gate.failed and gate.blocks for gate in gates):
        raise PromotionRefused(
            gettext("This version cannot be trusted: a gate that nobody may set aside failed.")
        )
    if any(gate.failed for gate in gates) and not override:
        raise PromotionRefused(
            gettext("A gate failed: reject the proposal, or set the gate aside and say why.")
        )


def _lock(proposal: Proposal) -> Proposal:
    """Return the proposal, locked, while it is pending."""
    pending = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if pending.status != Status.PENDING:
        raise PromotionRefused(gettext("This proposal has already been answered."))
    return pending


def _answer(pending: Proposal, status: Status, gates: Sequence[Gate], reason: str, by: User) -> Proposal:
    pending.status, pending.gates = status, [gate.stored() for gate in gates]
    pending.answered_by, pending.answered_at, pending.answer_reason = by, timezone.now(), reason
    pending.save()
    _audit(pending, Action.MODEL_ANSWERED, by)
    return pending


def _audit(proposal: Proposal, action: Action, by: User) -> None:
    details = {
        "proposal": proposal.pk,
        "status": proposal.status,
        "overrides_gates": proposal.overrides_gates,
    }
    audit.record(action=action, actor=by, target=proposal.version.name, details=details, rows=[proposal])
