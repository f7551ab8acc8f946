"""Cases that an imported folder names and the desk has: which differ, and which keep their application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from accounts.models import User
from creditdesk.importing.records import ImportedClient
from creditdesk.models import Case, Correction, Decision, Profile
from creditdesk.models.queue_conditions import PENDING, has
from scoring.ml.features.packing import content_digest


def existing_cases(clients: Sequence[ImportedClient]) -> dict[str, Case]:
    cases = (
        Case.objects.filter(reference__in=[client.reference for client in clients])
        .select_related("advisor")
        .annotate(
            name=F("client__name"),
            erasure=F("client__erasure"),
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


def application_differs(case: Case, client: ImportedClient) -> bool:
    """Whether the folder has another application than the stored case, annotated by `existing_cases`.

    An import brings back nothing that was erased.
    """
    return not case.erasure and case.digest != client.inputs.digest  # type: ignore[attr-defined]


def record_differs(case: Case, client: ImportedClient, advisor: User | None) -> bool:
    """Whether the stored case has another name or monitoring record, or goes to another advisor."""
    if case.erasure:  # type: ignore[attr-defined]
        return False
    incoming: dict[str, object] = {
        "sex": client.sex,
        "family_status": client.family_status,
        "defaulted": client.defaulted,
    }
    if client.name is not None:
        incoming["name"] = client.name
    if advisor:
        incoming["advisor"] = advisor
    return any(getattr(case, name) != value for name, value in incoming.items())


@dataclass(frozen=True, slots=True)
class FixedCases:
    """Cases whose application no import replaces.

    A closed case stays as it was decided on or withdrawn; it is not counted among the corrected ones.
    """

    closed: frozenset[int]
    corrected: frozenset[int]

    def __contains__(self, case: int) -> bool:
        return case in self.closed or case in self.corrected

    def __len__(self) -> int:
        return len(self.closed) + len(self.corrected)


def lock_fixed_cases(keys: Sequence[int]) -> FixedCases:
    """Which of these cases are closed or corrected; all are locked, so that none becomes it meanwhile."""
    if not keys:
        return FixedCases(frozenset(), frozenset())
    cases = Case.objects.filter(pk__in=keys).order_by("pk")
    # A statement of its own: the next one sees what was committed while this one waited.
    list(cases.select_for_update().values_list("pk"))
    rows = list(
        cases.annotate(
            # A proposed decision stands too, though its case is pending until a second person has checked it.
            is_closed=~PENDING | has(Decision.objects.waiting()),
            is_corrected=has(Correction.objects.all()),
        ).values_list("pk", "is_closed", "is_corrected")
    )
    return FixedCases(
        closed=frozenset(pk for pk, is_closed, _ in rows if is_closed),
        corrected=frozenset(pk for pk, is_closed, is_corrected in rows if is_corrected and not is_closed),
    )
