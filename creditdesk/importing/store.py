"""Store the clients of a folder: add new ones, replace changed ones, leave the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import cycle, islice
from operator import add
from typing import NamedTuple, Self

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.encryption import keyring
from creditdesk.importing import bulk
from creditdesk.importing.changes import Changes
from creditdesk.importing.client_keys import link, owners_of
from creditdesk.importing.client_names import ListedClients
from creditdesk.importing.existing_cases import existing_cases, keep_equal_digests
from creditdesk.importing.new_names import index_new_names
from creditdesk.importing.profiles import write_monitoring, write_profiles
from creditdesk.importing.read_ahead import read_ahead
from creditdesk.importing.records import ImportedClient, Sealing, imported_clients
from creditdesk.models import Case, Client, ClientKey
from scoring.ml.features import frames
from scoring.ml.tables.checks import CheckedFolder

# One transaction each: few enough for the desk to wait for the lock, enough to be quick.
CLIENTS_AT_ONCE = 5_000
# What DuckDB computes at once: it plans the aggregates anew each time, and two such parts are in memory.
CLIENTS_READ = 7_500
CLIENT_COLUMNS = ("id", "name")
CASE_COLUMNS = (
    "id",
    "client_id",
    "advisor_id",
    "origin",
    "submitted_at",
    "reference",
    "contract_type",
    "amount_credit",
    "amount_annuity",
)


def now(_: ImportedClient) -> datetime:
    """The tables have no date: an application is submitted when it is imported."""
    return timezone.now()


def on_days(days: Mapping[int, date], *, until: datetime) -> Callable[[ImportedClient], datetime]:
    """Return when applications were submitted, by the day of a reference and the hour of the form."""

    def submitted(client: ImportedClient) -> datetime:
        day = days.get(int(client.reference))
        if day is None:
            return now(client)
        hour = int(client.application.get("HOUR_APPR_PROCESS_START") or 12)
        return min(timezone.make_aware(datetime.combine(day, time(hour))), until)

    return submitted


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A checked folder, and the advisors and origin for its cases.

    New cases go to the advisors in turn, or to whom `by_rules` chooses by contract type and amount; existing
    ones keep theirs unless `reassigned`.
    """

    checked: CheckedFolder
    listed: ListedClients
    advisors: Sequence[User]
    reassigned: bool = False
    origin: str = Case.Origin.IMPORTED
    submitted: Callable[[ImportedClient], datetime] = now
    by_rules: Callable[[str, Decimal], User | None] | None = None

    def advisor(self, client: ImportedClient, turns: Iterator[User]) -> User:
        """Who gets a new case."""
        columns = client.case_columns()
        chosen = self.by_rules and self.by_rules(columns["contract_type"], columns["amount_credit"])
        return chosen or next(turns)


@dataclass(frozen=True, slots=True)
class ImportEvent:
    """Audit details of a whole import; each event adds the counts of its own transaction."""

    fingerprint: str
    tables: tuple[str, ...]
    clients: int
    rejected_rows: int
    origin: str

    @classmethod
    def of(cls, portfolio: Portfolio) -> Self:
        folder, rejects = portfolio.checked.folder, portfolio.checked.rejects
        return cls(
            fingerprint=folder.fingerprint(),
            tables=("application", *folder.history),
            clients=folder.clients(),
            rejected_rows=sum(rejects.rows().values()),
            origin=portfolio.origin,
        )


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Counts of new, changed and unchanged clients.

    `closed` and `corrected` are the cases among them whose application differs and was left as it is on file.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    closed: int = 0
    corrected: int = 0

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(*map(add, astuple(self), astuple(other)))

    @property
    def clients(self) -> int:
        return self.added + self.updated + self.unchanged


def store(portfolio: Portfolio) -> Iterator[ImportCounts]:
    """Store the clients, some thousands per transaction, and yield the counts so far after each."""
    folder, done, turns = portfolio.checked.folder, ImportCounts(), _turns(portfolio.advisors)
    event = ImportEvent.of(portfolio)
    for batch in read_ahead(frames.profiles(folder, chunk=CLIENTS_READ)):
        read = imported_clients(batch, portfolio.listed)
        while clients := list(islice(read, CLIENTS_AT_ONCE)):
            is_last = done.clients + len(clients) == event.clients
            try:
                done += _store(portfolio, clients, turns, event, is_last=is_last)
            except IntegrityError:
                # Somebody has entered one of these references or keys meanwhile: now the desk has it.
                done += _store(portfolio, clients, turns, event, is_last=is_last)
            yield done


def _turns(advisors: Sequence[User]) -> Iterator[User]:
    """Cycle through the advisors, starting after the existing cases."""
    return islice(cycle(advisors), Case.objects.count() % len(advisors), None)


@transaction.atomic
def _store(
    portfolio: Portfolio,
    clients: Sequence[ImportedClient],
    turns: Iterator[User],
    event: ImportEvent,
    *,
    is_last: bool,
) -> ImportCounts:
    existing = existing_cases(clients)
    added = [client for client in clients if client.reference not in existing]
    keep_equal_digests(clients, existing)
    changes = Changes.of(clients, existing, portfolio.advisors[0] if portfolio.reassigned else None)
    linked, merges = link(clients, portfolio.listed.unlinked) if portfolio.listed.unlinked else (set(), [])
    _add(portfolio, added, turns)
    moved = changes.write()
    updated = len(linked | changes.references())
    stored = ImportCounts(
        added=len(added),
        updated=updated,
        unchanged=len(clients) - len(added) - updated,
        closed=len(changes.fixed.closed),
        corrected=len(changes.fixed.corrected),
    )
    # Every transaction that changes clients, or leaves an application that differs, has its event, so that no
    # client is stored without one. An import of at most CLIENTS_AT_ONCE has one event, also where it changes
    # nothing.
    if added or updated or changes.fixed or is_last:
        folder = portfolio.checked.folder.path.name
        details = {**asdict(event), **asdict(stored)}
        if merges:
            details["merges"] = [merge.pk for merge in merges]
        audit.record(action=Action.IMPORT, actor=None, target=folder, details=details, rows=[*merges, *moved])
    return stored


def _add(portfolio: Portfolio, added: Sequence[ImportedClient], turns: Iterator[User]) -> None:
    records, cases = _records(added), bulk.next_keys(Case, len(added))
    origin = portfolio.origin
    bulk.write(
        Case,
        CASE_COLUMNS,
        [
            (
                case,
                record.pk,
                portfolio.advisor(client, turns).pk,
                origin,
                portfolio.submitted(client),
                *client.case_row(),
            )
            for client, case, record in zip(added, cases, records, strict=True)
        ],
    )
    write_profiles(added, cases, [record.sealing for record in records])
    write_monitoring(added, cases)


class _Record(NamedTuple):
    """The record that a new case belongs to, and the data key of its words."""

    pk: int
    sealing: Sealing


def _records(added: Sequence[ImportedClient]) -> list[_Record]:
    """The record of each new case: a new one, or the one that has the bank's key of its client."""
    records_by_key = _known_records(added)
    first = [client for client in added if client.key not in records_by_key]
    # Of several new cases with one key the first one makes the record.
    first = list({client.key or client.reference: client for client in reversed(first)}.values())[::-1]
    keys = keyring.new_keys(len(first))
    made = {
        client.reference: _Record(pk, Sealing(key))
        for client, pk, key in zip(first, bulk.next_keys(Client, len(first)), keys, strict=True)
    }
    named = [client.client_row(*made[client.reference]) for client in first]
    bulk.write(Client, CLIENT_COLUMNS, named)
    index_new_names({made[client.reference].pk: client.name for client in first if client.name})
    keyring.store([(record.sealing.key, record.pk) for record in made.values()], Client.key_column)
    keyed = {client.key: made[client.reference] for client in first if client.key}
    bulk.write(ClientKey, ("client_id", "key"), [(record.pk, key) for key, record in keyed.items()])
    records_by_key |= keyed
    return [records_by_key[client.key] if client.key else made[client.reference] for client in added]


def _known_records(added: Sequence[ImportedClient]) -> dict[str, _Record]:
    """The records of the desk that have one of the keys."""
    if not (keys := [client.key for client in added if client.key]):
        return {}
    owners = owners_of(keys)
    data_keys = keyring.keys_of(Client.key_column, [owner.pk for owner in owners.values()])
    return {key: _Record(owner.pk, Sealing(data_keys[owner.pk])) for key, owner in owners.items()}
