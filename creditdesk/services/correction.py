"""Correct or complete the application of a pending case."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Correction, Profile
from creditdesk.services.refusal import ActRefused, locked_case, refuse_when_not_free


def correct_application(
    *, case: Case, changes: Mapping[str, float | str | None], profile_digest: str, reason: str, by: User
) -> Correction:
    """Put changed columns into the application; None takes a value away. Raises ActRefused.

    `profile_digest` is of the profile that the person saw: another one means that somebody was faster. The
    inputs of before stay with the correction, and every assessment keeps those that it was made of.
    """
    if not by.has_perm("creditdesk.correct_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say what was wrong or missing, and how you know."))
    with transaction.atomic():
        locked = locked_case(case, by)
        refuse_when_not_free(locked, by)
        profile = Profile.objects.select_for_update().get(case=locked)
        if profile.digest != profile_digest:
            raise ActRefused(
                gettext(
                    "The application was changed while you were writing: read it again. Nothing was changed."
                )
            )
        return _correct(locked, profile, changes, reason.strip(), by)


def refusal_to_correct(case: Case, by: User) -> str:
    """Return why this person cannot correct the application now, "" where they can."""
    try:
        refuse_when_not_free(case, by)
    except ActRefused as refusal:
        return str(refusal)
    return ""


def _correct(
    case: Case, profile: Profile, changes: Mapping[str, float | str | None], reason: str, by: User
) -> Correction:
    before = profile.application
    different = {name: value for name, value in changes.items() if value != before.get(name)}
    if not different:
        raise ActRefused(gettext("Nothing differs from the application on file."))
    after = {name: value for name, value in {**before, **different}.items() if value is not None}
    corrected = Profile.of_inputs(after, profile.history, profile.history_rows, case=case)
    correction = Correction.objects.create(
        case=case,
        packed_inputs=profile.packed_inputs,
        history_rows=profile.history_rows,
        previous_digest=profile.digest,
        digest=corrected.digest,
        changes={name: [before.get(name), value] for name, value in different.items()},
        reason=reason,
        corrected_by=by,
    )
    corrected.save(force_update=True)
    annuity = after.get("AMT_ANNUITY")
    case.contract_type = str(after["NAME_CONTRACT_TYPE"])
    case.amount_credit = Decimal(str(after["AMT_CREDIT"]))
    case.amount_annuity = None if annuity is None else Decimal(str(annuity))
    case.save(update_fields=["contract_type", "amount_credit", "amount_annuity"])
    details = {
        "correction": correction.pk,
        "columns": sorted(different),
        "previous": correction.previous_digest,
        "new": correction.digest,
    }
    audit.record(
        action=Action.CASE_CORRECTED, actor=by, target=case.reference, details=details, rows=[correction]
    )
    return correction
