"""Changes of an imported folder to cases of the desk, without those of fixed applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import F, Model
from django.utils import timezone

from accounts.models import User
from creditdesk.encryption import keyring
from creditdesk.importing.existing_cases import (
    FixedCases,
    application_differs,
    lock_fixed_cases,
    record_differs,
)
from creditdesk.importing.profiles import write_monitoring, write_profiles
from creditdesk.importing.records import ImportedClient, Sealing
from creditdesk.models import Assignment, Case, Claim, Client
from creditdesk.models.name_index import index_names


@dataclass(frozen=True, slots=True)
class Changes:
    """Clients of whom the folder has another application or another record than the desk.

    Applications of `fixed` cases are not among them: they stay as they are on file.
    """

    existing: Mapping[str, Case]
    advisor: User | None
    applications: Sequence[ImportedClient]
    records: Sequence[ImportedClient]
    fixed: FixedCases

    @classmethod
    def of(
        cls, clients: Sequence[ImportedClient], existing: Mapping[str, Case], advisor: User | None
    ) -> Self:
        """Compare the clients with their cases, and lock the cases that get another application."""
        stored = [client for client in clients if client.reference in existing]
        differing = [client for client in stored if application_differs(existing[client.reference], client)]
        fixed = lock_fixed_cases([existing[client.reference].pk for client in differing])
        return cls(
            existing=existing,
            advisor=advisor,
            applications=[client for client in differing if existing[client.reference].pk not in fixed],
            records=[
                client for client in stored if record_differs(existing[client.reference], client, advisor)
            ],
            fixed=fixed,
        )

    def references(self) -> set[str]:
        return {client.reference for client in (*self.applications, *self.records)}

    def write(self) -> list[Model]:
        """Write them, within the transaction that compared them; return the rows that the event seals."""
        self._write_applications()
        moved: list[Model] = self._hand_on(self.advisor) if self.advisor else []
        self._write_records()
        return moved

    def _write_applications(self) -> None:
        cases = self._cases(self.applications)
        # An upsert is one statement; an update by rows would be a CASE of thousands of branches.
        Case.objects.bulk_create(
            [
                Case(
                    reference=case.reference,
                    client_id=case.client_id,
                    advisor_id=case.advisor_id,
                    submitted_at=case.submitted_at,
                    **client.case_columns(),
                )
                for client, case in zip(self.applications, cases, strict=True)
            ],
            update_conflicts=True,
            unique_fields=["reference"],
            update_fields=["contract_type", "amount_credit", "amount_annuity"],
        )
        keys = keyring.keys_of(Client.key_column, [case.client_id for case in cases])
        sealings = [Sealing(keys[case.client_id]) for case in cases]
        write_profiles(self.applications, [case.pk for case in cases], sealings, replace=True)

    def _hand_on(self, advisor: User) -> list[Model]:
        """Give the cases of others to this advisor, and end the claims of those who had them."""
        moved = [case for case in self._cases(self.records) if case.advisor_id != advisor.pk]
        keys = [case.pk for case in moved]
        claims = list(Claim.objects.active().filter(case__in=keys, held_by=F("case__advisor")))
        for claim in claims:
            claim.released_at = timezone.now()
        Claim.objects.bulk_update(claims, ["released_at"])
        rows = [Assignment.unsaved(case, advisor, Assignment.Kind.HANDED_ON, None) for case in moved]
        Case.objects.filter(pk__in=keys).update(advisor=advisor)
        return [*Assignment.objects.bulk_create(rows), *claims]

    def _write_records(self) -> None:
        cases = self._cases(self.records)
        # A record may have several of the cases, and is written once.
        people = {
            case.client_id: client.to_client(case.client_id)
            for client, case in zip(self.records, cases, strict=True)
            if client.name is not None
        }.values()
        Client.objects.bulk_create(
            people, update_conflicts=True, unique_fields=["id"], update_fields=["name"]
        )
        index_names({person.pk: str(person.name) for person in people})
        write_monitoring(self.records, [case.pk for case in cases], replace=True)

    def _cases(self, clients: Sequence[ImportedClient]) -> list[Case]:
        return [self.existing[client.reference] for client in clients]
