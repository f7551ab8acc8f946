"""The client of a case that is entered by hand: one whom the desk has already, or a new one."""

from django.utils.translation import gettext

from accounts.models import User
from creditdesk.models import Case, Client, ClientKey
from creditdesk.models.name_index import same_name
from creditdesk.services.refusal import ActRefused, locked_case


class OtherClient(ActRefused):
    """The bank's key does not go with the name, or not with the client that was chosen."""


def known_client(*, name: str, key: str, same_client: Case | None, by: User) -> Client | None:
    """The record with the bank's key, or of the case of the same client, which then gets the key; None for
    neither. Within a transaction. Raises OtherClient."""
    owner = Client.objects.filter(client_key__key=key).first() if key else None
    chosen = Client.objects.locked_person(locked_case(same_client, by).client) if same_client else None
    if owner is None:
        if chosen and key:
            _give_key(chosen, key)
        return chosen
    if chosen and chosen.person_id != owner.person_id:
        raise OtherClient(
            gettext(
                "This client number is another client's than the one you chose: a manager can merge the two."
            )
        )
    if not same_name(str(owner), name):
        raise OtherClient(gettext("The client with this number has another name."))
    return Client.objects.locked_person(owner)


def new_client(*, name: str, key: str) -> Client:
    client: Client = Client.objects.create(name=name.strip())
    if key:
        ClientKey.objects.create(client=client, key=key)
    return client


def _give_key(client: Client, key: str) -> None:
    records = Client.objects.of_person(client)
    if ClientKey.objects.filter(client__in=records.values("pk")).exists():
        raise OtherClient(gettext("The client you chose has another client number."))
    ClientKey.objects.create(client=client, key=key)
