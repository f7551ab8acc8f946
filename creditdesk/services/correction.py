"""Correct or complete the application of a pending case."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Correction, Profile
from creditdesk.services.assessment import assess
from creditdesk.services.refusal import ActRefused, locked_case, refuse_to_change


def correct_application(
    *, case: Case, changes: Mapping[str, float | str | None], profile_digest: str, reason: str, by: User
) -> Correction:
    """Put changed columns into the application; None takes a value away. Raises ActRefused.

    `profile_digest` is of the profile that the person saw: another one means that somebody was faster. The
    inputs of before stay with the correction, and every assessment keeps those that it was made of. The case
    is assessed by the new ones at once: nobody can decide on those of before meanwhile. A form that is sent
    twice leads to the correction that it made.
    """
    if not by.has_perm("creditdesk.correct_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say what was wrong or missing, and how you know."))
    with transaction.atomic():
        locked = locked_case(case, by)
        if earlier := _made_before(locked, changes, profile_digest, reason.strip(), by):
            return earlier
        correction = _correct(locked, locked_profile(locked, profile_digest, by), changes, reason.strip(), by)
        assess_corrected(locked, by)
    return correction


def locked_profile(case: Case, digest: str, by: User) -> Profile:
    """The profile of a locked case, for a correction of what its person has seen. Raises ActRefused."""
    refuse_to_change(case, by)
    profile = Profile.objects.select_for_update().get(case=case)
    if profile.digest != digest:
        raise ActRefused(
            gettext("The application was changed while you were writing: read it again. Nothing was changed.")
        )
    return profile


def save_correction(
    case: Case,
    before: Profile,
    after: Profile,
    changes: Mapping[str, Sequence[object]],
    reason: str,
    by: User,
) -> Correction:
    """Store the corrected profile, and what was there before, within the transaction of the act."""
    correction = Correction.objects.create(
        case=case,
        packed_inputs=before.packed_inputs,
        history_rows=before.history_rows,
        previous_digest=before.digest,
        digest=after.digest,
        changes=dict(changes),
        reason=reason,
        corrected_by=by,
    )
    after.save(force_update=True)
    return correction


def assess_corrected(case: Case, by: User) -> None:
    """Assess a locked case by the profile that was just stored, within the transaction of the act."""
    assess(case=Case.objects.select_related("profile").get(pk=case.pk), by=by)


def audit_correction(correction: Correction, by: User, rows: Sequence[Model]) -> None:
    """Values and reason stay out of the chain, which cannot forget."""
    details = {
        "correction": correction.pk,
        "columns": sorted(correction.changes),
        "previous": correction.previous_digest,
        "new": correction.digest,
    }
    target = correction.case.reference
    audit.record(action=Action.CASE_CORRECTED, actor=by, target=target, details=details, rows=rows)


def refusal_to_correct(case: Case, by: User) -> str:
    """Return why this person cannot correct the application now, "" where they can."""
    try:
        refuse_to_change(case, by)
    except ActRefused as refusal:
        return str(refusal)
    return ""


def _made_before(
    case: Case, changes: Mapping[str, float | str | None], digest: str, reason: str, by: User
) -> Correction | None:
    """The newest correction of the case where this person made it of the same profile, for the same reason,
    and nothing in these changes differs from it."""
    newest = case.corrections.last()
    if newest is None or (newest.corrected_by_id, newest.previous_digest) != (by.pk, digest):
        return None
    profile = Profile.objects.get(case=case)
    on_file = profile.application
    is_on_file = all(value == on_file.get(name) for name, value in changes.items())
    return newest if newest.reason == reason and newest.digest == profile.digest and is_on_file else None


def _correct(
    case: Case, profile: Profile, changes: Mapping[str, float | str | None], reason: str, by: User
) -> Correction:
    before = profile.application
    different = {name: value for name, value in changes.items() if value != before.get(name)}
    if not different:
        raise ActRefused(gettext("Nothing differs from the application on file."))
    after = {name: value for name, value in {**before, **different}.items() if value is not None}
    corrected = Profile.of_inputs(after, profile.history, profile.history_rows, case=case)
    values = {name: [before.get(name), value] for name, value in different.items()}
    correction = save_correction(case, profile, corrected, values, reason, by)
    annuity = after.get("AMT_ANNUITY")
    case.contract_type = str(after["NAME_CONTRACT_TYPE"])
    case.amount_credit = Decimal(str(after["AMT_CREDIT"]))
    case.amount_annuity = None if annuity is None else Decimal(str(annuity))
    case.save(update_fields=["contract_type", "amount_credit", "amount_annuity"])
    audit_correction(correction, by, [correction])
    return correction
