"""Challenger: a registered version that scores every case in the shadow of the champion."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from scoring import engine
from scoring.models import ChallengerAppointment, ModelVersion
from scoring.models.challenger import StoredPairedComparison


@transaction.atomic
def appoint(
    *,
    version: ModelVersion,
    by: User | None,
    reason: str,
    comparison: StoredPairedComparison | None = None,
) -> ChallengerAppointment:
    """Let a version score every case from now on, once it has loaded. Raises ModelUnavailable."""
    _check_permission(by)
    engine.load_version(version)
    appointment = ChallengerAppointment.objects.create(
        version=version, appointed_by=by, reason=reason.strip(), comparison=dict(comparison or {})
    )
    details = {"appointment": appointment.pk}
    audit.record(action=Action.CHALLENGER, actor=by, target=version.name, details=details, rows=[appointment])
    return appointment


@transaction.atomic
def dismiss(*, by: User | None, reason: str) -> ChallengerAppointment:
    """End the challenger; its scores stay."""
    _check_permission(by)
    appointment = ChallengerAppointment.objects.create(version=None, appointed_by=by, reason=reason.strip())
    details = {"appointment": appointment.pk}
    audit.record(action=Action.CHALLENGER, actor=by, details=details, rows=[appointment])
    return appointment


def _check_permission(by: User | None) -> None:
    if by is not None and not by.has_perm("scoring.propose_model"):
        raise PermissionDenied
