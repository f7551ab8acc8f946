"""Erase a client's words: delete the key that encrypts them, and what would still lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditEvent, User
from creditdesk.encryption import keyring
from creditdesk.models import (
    Assessment,
    Case,
    Client,
    ClientKey,
    Contest,
    ContestPoint,
    Correction,
    CounterfactualSearch,
    DataKey,
    Decision,
    DeclaredCharges,
    Document,
    DocumentRequest,
    Erasure,
    Escalation,
    HistoryTable,
    Letter,
    Note,
    Profile,
    Reopening,
    Scenario,
    Snooze,
    Withdrawal,
)
from creditdesk.models.name_index import forget_names
from creditdesk.services.personal_data import erased_keys
from creditdesk.services.personal_data.working_papers import answers_about, drafts_about
from creditdesk.services.refusal import ActRefused

PERMISSION: Final = "creditdesk.erase_client"


class ErasureRefused(ActRefused):
    """Nothing was erased; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The data key of one record of a client."""

    client: int
    number: int
    # SHA-256 of the wrapped key: which key it was can be shown later, the key itself cannot be made from it.
    digest: str

    def to_json(self) -> dict[str, Any]:
        return {"client": self.client, "data_key": self.number, "data_key_digest": self.digest}


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """Cases of a person, and how many rows of each kind their erasure makes unreadable."""

    references: tuple[str, ...]
    rows: dict[str, int]
    # The record that was named first, then the others of the person.
    keys: tuple[RecordKey, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            **self.keys[0].to_json(),
            "cases": list(self.references),
            "rows_made_unreadable": self.rows,
            **self.merged_records,
        }

    @property
    def merged_records(self) -> dict[str, Any]:
        """The other records of the person, where there are any."""
        records = [key.to_json() for key in self.keys[1:]]
        return {"merged_records": records} if records else {}


@dataclass(frozen=True, slots=True)
class ErasureProof:
    """A plan that was carried out, with the event of the audit log that seals it."""

    plan: ErasurePlan
    event: AuditEvent


def plan_erasure(client: Client, *, by: User, approved_by: User) -> ErasurePlan:
    """Work out what an erasure by these two would take, without changing anything.

    Raises ErasureRefused, and PermissionDenied unless both may erase clients.
    """
    for person in (by, approved_by):
        if not person.has_perm(PERMISSION):
            raise PermissionDenied(f"{person} may not erase clients.")
    if by.pk == approved_by.pk:
        raise ErasureRefused("Erasing takes two people: another person has to approve it.")
    return what_goes(client)


def what_goes(client: Client) -> ErasurePlan:
    """Count what the erasure of a person makes unreadable, in all their records. Raises ErasureRefused."""
    if erasure := Erasure.objects.filter(client=client).first():
        raise ErasureRefused(f"The words of this client were erased on {erasure.at:%Y-%m-%d}.")
    records = sorted(Client.objects.of_person(client), key=lambda record: (record.pk != client.pk, record.pk))
    references = tuple(Case.objects.of_person(client).order_by("pk").values_list("reference", flat=True))
    keys = {key.client_id: key for key in DataKey.objects.filter(client__in=records)}
    return ErasurePlan(
        references=references,
        rows=_rows_of(records, references),
        keys=tuple(
            RecordKey(record.pk, key.number, sha256(bytes(key.wrapped)).hexdigest())
            for record in records
            for key in (keys[record.pk],)
        ),
    )


@transaction.atomic
def erase_client(*, client: Client, by: User, approved_by: User) -> ErasureProof:
    """Erase the words of a person, under whichever records, by two people. Raises as `plan_erasure` does."""
    locked = Client.objects.locked_person(client)
    plan = plan_erasure(locked, by=by, approved_by=approved_by)
    erasures = delete_keys([key.client for key in plan.keys], by=by, approved_by=approved_by)
    named = plan.keys[0]
    event = audit.record(
        action=Action.CLIENT_ERASED,
        actor=by,
        target=plan.references[0] if plan.references else "",
        details={
            "client": named.client,
            "references": list(plan.references),
            "approved_by": approved_by.get_username(),
            "data_key": named.number,
            "data_key_digest": named.digest,
            "erased": plan.rows,
            **plan.merged_records,
        },
        rows=erasures,
    )
    return ErasureProof(plan, event)


def delete_keys(
    clients: Sequence[int], *, by: User | None = None, approved_by: User | None = None
) -> list[Erasure]:
    """Delete the data keys, the bank's keys, search words, drafts and stored answers of these clients, within
    a transaction."""
    keys = DataKey.objects.filter(client__in=clients)
    bank_keys = ClientKey.objects.filter(client__in=clients)
    # Before the keys go: names and the bank's keys are all that leads to a draft.
    drafts_about(map(str, Client.objects.filter(data_key__in=keys)), map(str, bank_keys)).delete()
    bank_keys.delete()
    erasures = [
        Erasure(client_id=client, key_number=number, by=by, approved_by=approved_by)
        for number, client in keys.values_list("number", "client")
    ]
    keys.delete()
    forget_names(clients)
    cases = Case.objects.filter(client__in=clients)
    answers_about(cases.values_list("reference", flat=True)).delete()
    transaction.on_commit(partial(forget, [erasure.key_number for erasure in erasures]))
    return Erasure.objects.bulk_create(erasures)


def _rows_of(records: Sequence[Client], references: Sequence[str]) -> dict[str, int]:
    of_case = {"case__client__in": records}
    bank_keys = ClientKey.objects.filter(client__in=records)
    return {
        "name": sum(bool(record.name) for record in records),
        "client numbers of the bank": bank_keys.count(),
        "profiles": Profile.objects.filter(**of_case).count(),
        "assessments": Assessment.objects.filter(Q(**of_case) | Q(client__in=records)).count(),
        "counterfactual searches": CounterfactualSearch.objects.filter(
            assessment__case__client__in=records
        ).count(),
        "scenarios": Scenario.objects.filter(**of_case).count(),
        "decisions": Decision.objects.filter(**of_case).exclude(reason="", check_reason="").count(),
        "declared_charges": DeclaredCharges.objects.filter(**of_case).count(),
        "notes": Note.objects.filter(**of_case).count(),
        "corrections": Correction.objects.filter(**of_case).count(),
        "history tables": HistoryTable.objects.filter(**of_case).count(),
        "documents": Document.objects.filter(**of_case).count(),
        "letters asking for documents": DocumentRequest.objects.filter(**of_case).count(),
        "letters": Letter.objects.filter(**of_case).count(),
        "escalations": Escalation.objects.filter(**of_case).count(),
        "snoozes": Snooze.objects.filter(**of_case).count(),
        "withdrawals": Withdrawal.objects.filter(**of_case).exclude(reason="").count(),
        "reopenings": Reopening.objects.filter(**of_case).count(),
        "contests": Contest.objects.filter(**of_case).count(),
        "points of contests": ContestPoint.objects.filter(contest__case__client__in=records).count(),
        "drafts": drafts_about(map(str, records), map(str, bank_keys)).count(),
        "stored answers": answers_about(references).count(),
    }


def delete_days(days: Sequence[str]) -> list[Erasure]:
    """Delete the keys of days of applications without a case, within a transaction."""
    keys = list(DataKey.objects.filter(day__in=days))
    DataKey.objects.filter(day__in=days).delete()
    transaction.on_commit(partial(forget, [key.number for key in keys]))
    return Erasure.objects.bulk_create(Erasure(day=str(key.day), key_number=key.number) for key in keys)


def forget(keys: Sequence[int]) -> None:
    """Drop what this process keeps of erased keys, and list them; other processes notice within a second."""
    erased_keys.remember(keys)
    keyring.forget()
