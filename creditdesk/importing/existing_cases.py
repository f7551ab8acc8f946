"""Cases that an imported folder names and the desk has: which of them differ."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, F, OuterRef

from accounts.models import User
from creditdesk.importing.records import ImportedClient
from creditdesk.models import Case, Correction, Profile
from scoring.ml.features.packing import content_digest


def existing_cases(clients: Sequence[ImportedClient]) -> dict[str, Case]:
    cases = (
        Case.objects.filter(reference__in=[client.reference for client in clients])
        .select_related("advisor")
        .annotate(
            name=F("client__name"),
            erasure=F("client__erasure"),
            is_corrected=Exists(Correction.objects.filter(case=OuterRef("pk"))),
            digest=F("profile__digest"),
            sex=F("monitoring__sex"),
            family_status=F("monitoring__family_status"),
            defaulted=F("monitoring__defaulted"),
        )
    )
    return {case.reference: case for case in cases}


def keep_equal_digests(clients: Sequence[ImportedClient], existing: Mapping[str, Case]) -> None:
    """Give a stored case the client's digest where the content is equal and another release computed it."""
    incoming = {
        case.pk: client.inputs.digest
        for client in clients
        if (case := existing.get(client.reference)) and case.digest != client.inputs.digest  # type: ignore[attr-defined]
    }
    stored = Profile.objects.in_bulk(incoming)
    for case in existing.values():
        # What was erased has no content to compare.
        if (profile := stored.get(case.pk)) and profile.packed_inputs:
            digest = content_digest(profile.packed_inputs, profile.history_rows)
            if digest == incoming[case.pk]:
                case.digest = digest  # type: ignore[attr-defined]


def differs(case: Case, client: ImportedClient, advisor: User | None) -> bool:
    """Whether the folder differs from the stored case, annotated by `existing_cases`, or goes to
    another advisor.

    An import brings back nothing that was erased, and takes back no correction: such a case counts as
    unchanged.
    """
    if case.erasure or case.is_corrected:  # type: ignore[attr-defined]
        return False
    incoming: dict[str, object] = {
        "digest": client.inputs.digest,
        "sex": client.sex,
        "family_status": client.family_status,
        "defaulted": client.defaulted,
    }
    if client.name is not None:
        incoming["name"] = client.name
    if advisor:
        incoming["advisor"] = advisor
    return any(getattr(case, name) != value for name, value in incoming.items())
