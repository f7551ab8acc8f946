"""The bank's keys of clients: which record a case belongs to, and what contradicts the desk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from creditdesk.importing.client_names import ListedClients
from creditdesk.importing.records import ImportedClient
from creditdesk.models import Case, Client, ClientKey, ClientMerge
from creditdesk.models.name_index import same_name
from scoring.ml.tables.checks import Reject

_AT_ONCE: Final = 5_000


def drop_contradictions(listed: ListedClients) -> list[Reject]:
    """Take out the lines whose key contradicts what the desk knows, and return them as rejects.

    What remains gives a key one name, and a person one key; cases of the desk whose client gets a key are
    noted as `unlinked`.
    """
    if not listed.keys:
        return []
    desk = _Desk(listed)
    reasons = {reference: desk.contradiction(reference) for reference in listed.keys}
    rejects = [
        Reject(listed.file, listed.lines[reference], str(reference), "CLIENT_KEY", reason)
        for reference, reason in reasons.items()
        if reason
    ]
    for reject in rejects:
        listed.drop(int(reject.reference))
    return rejects


class _Desk:
    """What the desk knows of the keys and the cases of a file."""

    def __init__(self, listed: ListedClients) -> None:
        self.listed = listed
        self.owners = owners_of(listed.keys.values())
        self.records = records_of(map(str, listed.keys))
        self.keys = _keys_of_people(self.records.values())
        # The first key that the file gives to a person without one.
        self.given: dict[int, str] = {}
        self.parted = set(ClientMerge.objects.exclude(ended_at=None).values_list("primary", "duplicate"))
        # The bank may rename a client: the line of a case of that very record then says so.
        self.renamed = {key for reference, key in listed.keys.items() if self._is_own(reference, key)}

    def contradiction(self, reference: int) -> str:
        """Say what contradicts the desk in the line of this reference, "" for nothing."""
        key, record = self.listed.keys[reference], self.records.get(str(reference))
        owner, name = self.owners.get(key), self.listed.names.get(reference, "")
        if record and (reason := self._other_key(record, key)):
            return reason
        if owner and key not in self.renamed and not same_name(str(owner), name):
            return f"{key} is of a client with another name"
        if owner and record and self._was_parted(owner.person_id, record.person_id):
            return f"a manager has parted the client of this case from the one of {key}"
        if record and not self.keys[record.person_id]:
            self.listed.unlinked.add(reference)
        return ""

    def _other_key(self, record: Client, key: str) -> str:
        if desk_keys := self.keys[record.person_id]:
            return "" if key in desk_keys else "is not the one that the client of this case has at the desk"
        first = self.given.setdefault(record.person_id, key)
        return "" if key == first else f"is {first} for another case of the same client"

    def _is_own(self, reference: int, key: str) -> bool:
        record, owner = self.records.get(str(reference)), self.owners.get(key)
        return record is not None and record == owner

    def _was_parted(self, *people: int) -> bool:
        return bool({people, people[::-1]} & self.parted)


def link(clients: Sequence[ImportedClient], unlinked: set[int]) -> tuple[set[str], list[ClientMerge]]:
    """Give the bank's key to the clients of these cases of the desk, within a transaction.

    Where another record has the key already, both are one person: a merge. Return the references and the
    merges.
    """
    keys = {client.reference: client.key for client in clients if int(client.reference) in unlinked}
    owners, records = owners_of(keys.values()), records_of(keys)
    given, merges = [], []
    for reference, record in records.items():
        owner = owners.setdefault(keys[reference], record)
        if owner == record:
            given.append(ClientKey(client=record, key=keys[reference]))
            continue
        owner, record = Client.objects.locked_person(owner), Client.objects.locked_person(record)
        if owner.person_id != record.person_id:
            merges.append(ClientMerge.record(owner, record, reason=ClientMerge.Reason.IMPORT))
    # Two cases of one record are listed with the same key.
    ClientKey.objects.bulk_create({row.client_id: row for row in given}.values())
    return set(records), merges


def owners_of(keys: Iterable[str]) -> dict[str, Client]:
    """The records that have these keys."""
    return {
        record.client_key.key: record
        for page in _pages(keys)
        for record in Client.objects.filter(client_key__key__in=page).select_related("client_key")
    }


def records_of(references: Iterable[str]) -> dict[str, Client]:
    """The records of these cases, without those that were erased."""
    return {
        case.reference: case.client
        for page in _pages(references)
        for case in Case.objects.filter(reference__in=page, client__erasure=None).select_related("client")
    }


def _keys_of_people(records: Iterable[Client]) -> Mapping[int, set[str]]:
    """The keys of each person whom these records are about, by the record that stands for them."""
    keys: defaultdict[int, set[str]] = defaultdict(set)
    for page in _pages({record.person_id for record in records}):
        of_people = ClientKey.objects.filter(client__in=page) | ClientKey.objects.filter(
            client__merged_into__in=page
        )
        for row in of_people.select_related("client"):
            keys[row.client.person_id].add(row.key)
    return keys


def _pages(values: Iterable[object]) -> Iterator[list[object]]:
    listed = list(dict.fromkeys(values))
    return (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
