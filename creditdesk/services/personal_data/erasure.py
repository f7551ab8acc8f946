"""Erase a client's words: delete the key that encrypts them, and what would still lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final

from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditEvent, User
from creditdesk.encryption import keyring
from creditdesk.models import (
    Assessment,
    Case,
    Client,
    Contest,
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
class ErasurePlan:
    """Cases of a client, and how many rows of each kind their erasure makes unreadable."""

    client: int
    references: tuple[str, ...]
    rows: dict[str, int]
    key_number: int
    # SHA-256 of the wrapped key: which key it was can be shown later, the key itself cannot be made from it.
    key_digest: str

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "cases": list(self.references),
            "rows_made_unreadable": self.rows,
            "data_key": self.key_number,
            "data_key_digest": self.key_digest,
        }


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
    """Count what the erasure of a client makes unreadable. Raises ErasureRefused."""
    if erasure := Erasure.objects.filter(client=client).first():
        raise ErasureRefused(f"The words of this client were erased on {erasure.at:%Y-%m-%d}.")
    key = DataKey.objects.get(client=client)
    references = tuple(client.cases.order_by("pk").values_list("reference", flat=True))
    return ErasurePlan(
        client=client.pk,
        references=references,
        rows=_rows_of(client, references),
        key_number=key.number,
        key_digest=sha256(bytes(key.wrapped)).hexdigest(),
    )


@transaction.atomic
def erase_client(*, client: Client, by: User, approved_by: User) -> ErasureProof:
    """Erase a client's words by two people. Raises as `plan_erasure` does."""
    locked = Client.objects.select_for_update().get(pk=client.pk)
    plan = plan_erasure(locked, by=by, approved_by=approved_by)
    (erasure,) = delete_keys([locked.pk], by=by, approved_by=approved_by)
    event = audit.record(
        action=Action.CLIENT_ERASED,
        actor=by,
        target=plan.references[0] if plan.references else "",
        details={
            "client": plan.client,
            "references": list(plan.references),
            "approved_by": approved_by.get_username(),
            "data_key": plan.key_number,
            "data_key_digest": plan.key_digest,
            "erased": plan.rows,
        },
        rows=[erasure],
    )
    return ErasureProof(plan, event)


def delete_keys(
    clients: Sequence[int], *, by: User | None = None, approved_by: User | None = None
) -> list[Erasure]:
    """Delete the keys, search words, drafts and stored answers of these clients, within a transaction."""
    keys = DataKey.objects.filter(client__in=clients)
    # Before the keys go: the names are all that leads to a draft.
    drafts_about(map(str, Client.objects.filter(data_key__in=keys))).delete()
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


def _rows_of(client: Client, references: Sequence[str]) -> dict[str, int]:
    of_case = {"case__client": client}
    return {
        "name": int(bool(client.name)),
        "profiles": Profile.objects.filter(**of_case).count(),
        "assessments": Assessment.objects.filter(**of_case).count(),
        "counterfactual searches": CounterfactualSearch.objects.filter(
            assessment__case__client=client
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
        "drafts": drafts_about([str(client)]).count(),
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
    caches["fragments"].clear()
