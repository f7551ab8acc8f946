"""The person whom an application is about, by the bank's key."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from accounts.models import User
from creditdesk.models import Case, Client


class KnownClient(NamedTuple):
    """The record that has a key, None for none, and the person's cases that the caller may see."""

    client: Client | None
    references: list[str]


def known_clients(user: User, keys: Iterable[str | None]) -> dict[str, KnownClient]:
    """The client of each key that was sent; an unknown key answers like a person without a visible case."""
    sent = {key for key in keys if key}
    if not sent:
        return {}
    records = Client.objects.filter(client_key__key__in=sent).select_related("client_key")
    clients = {record.client_key.key: record for record in records}
    people = {client.person_id for client in clients.values()}
    of_people = Client.objects.filter(pk__in=people) | Client.objects.filter(merged_into__in=people)
    references = defaultdict(list)
    cases = Case.objects.visible_to(user).filter(client__in=of_people.values("pk"))
    for case in cases.select_related("client").order_by("pk"):
        references[case.client.person_id].append(case.reference)
    return {
        key: KnownClient(client, references[client.person_id])
        if (client := clients.get(key))
        else KnownClient(None, [])
        for key in sent
    }
