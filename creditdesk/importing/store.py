"""Clients of a folder into the database: what is new is added, what changed is replaced, the rest is left."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import cycle, islice
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.importing.records import Incoming, incoming
from creditdesk.models import Case, Client, MonitoringRecord, Profile
from scoring.ml.features import frames
from scoring.ml.tables.checks import Checked

# One transaction each: few enough for the desk to wait for the lock, enough to be quick.
CLIENTS_AT_ONCE = 5_000


def now(_: Incoming) -> datetime:
    """The tables tell no date: an application is submitted when it is imported."""
    return timezone.now()


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A checked folder, and what is to become of its clients.

    New cases go to the advisors in turn; known ones keep theirs, unless they are `reassigned` too.
    """

    checked: Checked
    names: Mapping[int, str]
    advisors: Sequence[User]
    reassigned: bool = False
    origin: str = Case.Origin.IMPORTED
    submitted: Callable[[Incoming], datetime] = now


@dataclass(frozen=True, slots=True)
class Stored:
    """How many clients were new, changed, or there already as they are."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.added + other.added, self.updated + other.updated, self.unchanged + other.unchanged
        )

    @property
    def clients(self) -> int:
        return self.added + self.updated + self.unchanged


def store(portfolio: Portfolio) -> Iterator[Stored]:
    """Stores the clients, some thousands in a transaction, and tells after each how far it is."""
    folder, done, turns = portfolio.checked.folder, Stored(), _turns(portfolio.advisors)
    event = _event(portfolio)
    for batch in frames.profiles(folder, chunk=CLIENTS_AT_ONCE):
        clients = list(incoming(batch, portfolio.names))
        is_last = done.clients + len(clients) == event["clients"]
        done += _store(portfolio, clients, turns, event, is_last=is_last)
        yield done


def _turns(advisors: Sequence[User]) -> Iterator[User]:
    """Endlessly, going on where the cases that are there leave off."""
    return islice(cycle(advisors), Case.objects.count() % len(advisors), None)


@transaction.atomic
def _store(
    portfolio: Portfolio,
    clients: Sequence[Incoming],
    turns: Iterator[User],
    event: Mapping[str, Any],
    *,
    is_last: bool,
) -> Stored:
    known = _known(clients)
    added = [one for one in clients if one.reference not in known]
    updated = [
        one for one in clients if one.reference in known and _differs(portfolio, known[one.reference], one)
    ]
    _add(portfolio, added, turns)
    _update(portfolio, updated, known)
    stored = Stored(len(added), len(updated), len(clients) - len(added) - len(updated))
    # Every transaction that changes clients carries its event: no client is stored that the log does not know
    # of. An import of at most CLIENTS_AT_ONCE has one event, and so has one that changes nothing.
    if added or updated or is_last:
        folder = portfolio.checked.folder.path.name
        audit.record(action=Action.IMPORT, actor=None, target=folder, details={**event, **asdict(stored)})
    return stored


def _known(clients: Sequence[Incoming]) -> dict[str, Case]:
    cases = (
        Case.objects.filter(reference__in=[one.reference for one in clients])
        .select_related("advisor")
        .annotate(
            name=F("client__name"),
            digest=F("profile__digest"),
            sex=F("monitoring__sex"),
            family_status=F("monitoring__family_status"),
            defaulted=F("monitoring__defaulted"),
        )
    )
    return {case.reference: case for case in cases}


def _differs(portfolio: Portfolio, case: Case, one: Incoming) -> bool:
    """Whether the folder tells anything of the client that is not stored."""
    told: dict[str, object] = {
        "digest": one.digest,
        "sex": one.sex,
        "family_status": one.family_status,
        "defaulted": one.defaulted,
    }
    if one.name is not None:
        told["name"] = one.name
    if portfolio.reassigned:
        told["advisor"] = portfolio.advisors[0]
    return any(getattr(case, name) != value for name, value in told.items())


def _add(portfolio: Portfolio, added: Sequence[Incoming], turns: Iterator[User]) -> None:
    people = Client.objects.bulk_create([one.client() for one in added])
    cases = Case.objects.bulk_create(
        Case(
            reference=one.reference,
            client=person,
            advisor=next(turns),
            origin=portfolio.origin,
            submitted_at=portfolio.submitted(one),
            **one.case_columns(),
        )
        for one, person in zip(added, people, strict=True)
    )
    _write_profiles(added, cases)


def _update(portfolio: Portfolio, updated: Sequence[Incoming], known: Mapping[str, Case]) -> None:
    cases = [known[one.reference] for one in updated]
    # Written as an upsert, which is one statement where an update by rows is a CASE of thousands of branches.
    Case.objects.bulk_create(
        [
            Case(
                reference=case.reference,
                client_id=case.client_id,
                advisor=portfolio.advisors[0] if portfolio.reassigned else case.advisor,
                submitted_at=case.submitted_at,
                **one.case_columns(),
            )
            for one, case in zip(updated, cases, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["reference"],
        update_fields=["contract_type", "amount_credit", "amount_annuity", "advisor"],
    )
    Client.objects.bulk_create(
        [
            one.client(case.client_id)
            for one, case in zip(updated, cases, strict=True)
            if one.name is not None
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "search_name"],
    )
    _write_profiles(updated, cases)


def _write_profiles(clients: Sequence[Incoming], cases: Sequence[Case]) -> None:
    pairs = list(zip(clients, cases, strict=True))
    Profile.objects.bulk_create(
        [one.profile(case) for one, case in pairs],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["application", "history", "history_rows", "digest", "updated_at"],
    )
    MonitoringRecord.objects.bulk_create(
        [one.monitoring(case) for one, case in pairs],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["sex", "family_status", "defaulted"],
    )


def _event(portfolio: Portfolio) -> dict[str, Any]:
    """What the audit log tells of the whole import; each event adds the counts of its own transaction."""
    folder, rejects = portfolio.checked.folder, portfolio.checked.rejects
    return {
        "fingerprint": folder.fingerprint(),
        "tables": ["application", *folder.history],
        "clients": folder.clients(),
        "rejected_rows": sum(rejects.rows().values()),
        "origin": portfolio.origin,
    }
