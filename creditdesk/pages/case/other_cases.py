"""Other cases of the same person, and the merges of their records."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import User
from creditdesk.cases.duplicates import Duplicate, birth_date, duplicates
from creditdesk.models import Case, Client, ClientKey, ClientMerge, Decision


@dataclass(frozen=True, slots=True)
class OtherCase:
    """A case with its newest assessment and the decision that stands, None while it is open."""

    case: Case
    decision: Decision | None
    # Whether its verdict is kept from the reader.
    is_blind: bool = False


def other_cases(keys: Sequence[int], reader: User) -> list[OtherCase]:
    """Return these cases, newest first."""
    if not keys:
        return []
    cases = (
        Case.objects.filter(pk__in=keys)
        .select_related("latest_assessment")
        .defer(*(f"latest_assessment__{name}" for name in ("inputs", "packed_inputs", "features")))
        .prefetch_related(Prefetch("decisions", queryset=Decision.objects.standing()))
        .order_by("-submitted_at", "-pk")
    )
    blind = set(Case.objects.blind_for(reader).filter(pk__in=keys).values_list("pk", flat=True))
    return [OtherCase(case, next(iter(case.decisions.all()), None), case.pk in blind) for case in cases]


@dataclass(frozen=True, slots=True)
class RecordMerge:
    """A merge in force, with the cases that it brought."""

    merge: ClientMerge
    cases: list[Case]


@dataclass(frozen=True, slots=True)
class ClientRecords:
    """What the page of merging shows of the person whom a case is of."""

    case: Case
    reader: User

    @property
    def keys(self) -> list[str]:
        """The bank's keys of the person."""
        records = Client.objects.of_person(self.case.client).values("pk")
        return list(ClientKey.objects.filter(client__in=records).values_list("key", flat=True))

    def merges(self) -> list[RecordMerge]:
        """The merges in force, newest first."""
        records = Client.objects.of_person(self.case.client).values_list("pk", flat=True)
        merges = ClientMerge.objects.in_force().of_clients(records).select_related("merged_by")
        cases = Case.objects.visible_to(self.reader)
        return [
            RecordMerge(merge, list(cases.filter(client=merge.duplicate_id).order_by("pk")))
            for merge in merges.order_by("-merged_at", "-pk")
        ]

    def candidates(self) -> list[Duplicate]:
        """Cases of other clients with the same name and no other birth date."""
        own = Client.objects.of_person(self.case.client).values("pk")
        cases = Case.objects.visible_to(self.reader).exclude(client__in=own)
        return duplicates(cases, str(self.case.client.name), birth_date(self.case))
