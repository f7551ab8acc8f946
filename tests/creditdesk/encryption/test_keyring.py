"""Data keys are stored wrapped; without a wrapping key nobody opens them."""

import time

import pytest

from creditdesk.encryption import keyring
from creditdesk.encryption.wrapping import UnknownWrappingKey
from creditdesk.models import Client, DataKey, Erasure

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_row() -> Client:
    return Client.objects.create(name="Zoé Lefèvre")


def read_anew() -> str:
    keyring.forget()
    return str(Client.objects.earliest("pk").name)


def erase_elsewhere(client: Client, number: int) -> None:
    """Erase as another process does, whose erasure has that number."""
    key = DataKey.objects.get(client=client)
    Erasure.objects.create(pk=number, client=client, key_number=key.number)
    key.delete()


def name_of(client: Client) -> str:
    return str(Client.objects.get(pk=client.pk).name)


def test_of_two_erasures_at_once_both_are_noticed_whichever_is_committed_first(client_row, monkeypatch):
    now = [time.monotonic()]
    monkeypatch.setattr("creditdesk.encryption.keyring.time.monotonic", lambda: now[0])
    second, third = (Client.objects.create(name=name) for name in ("Jean Roux", "Anna Petit"))
    for client, number in ((second, 11), (client_row, 10)):
        assert name_of(client) != "erased"
        erase_elsewhere(client, number)
        now[0] += 2
        assert name_of(third) == "Anna Petit"
        assert name_of(client) == "erased"


def test_what_else_is_kept_of_clients_is_dropped_once_for_each_erasure(client_row, monkeypatch):
    dropped, now = [], [time.monotonic()]
    monkeypatch.setattr("creditdesk.encryption.keyring.time.monotonic", lambda: now[0])
    monkeypatch.setattr(keyring, "_after_erasures", [])
    other = Client.objects.create(name="Jean Roux")
    read_anew()
    keyring.after_erasures(lambda: dropped.append(now[0]))
    for expected in (0, 1, 1):
        now[0] += 2
        assert name_of(other) == "Jean Roux"
        assert len(dropped) == expected
        if not dropped:
            erase_elsewhere(client_row, 1)
    keyring.forget()
    assert len(dropped) == 2


def test_a_key_that_was_read_before_an_erasure_is_not_kept_after_it(client_row, monkeypatch):
    """One thread reads a key, another drops the keys meanwhile, and then the first one goes on."""
    number = DataKey.objects.get().number
    read = keyring._read_block

    def read_and_be_overtaken(*arguments, **options):
        block = read(*arguments, **options)
        erase_elsewhere(client_row, 1)
        monkeypatch.setattr(keyring, "_read_block", read)
        keyring._wrapped_keys._load(number + 1, checks_erasures=True)
        return block

    name_of(client_row)
    monkeypatch.setattr(keyring, "_read_block", read_and_be_overtaken)
    keyring._wrapped_keys._load(number, checks_erasures=False)
    assert number not in keyring._wrapped_keys._wrapped


def test_a_data_key_is_stored_wrapped(client_row):
    wrapped = bytes(DataKey.objects.get().wrapped)
    key = keyring.key_of("client_id", client_row.pk)
    assert len(key.secret) == 32
    assert key.secret not in wrapped


def test_a_new_wrapping_key_still_opens_what_the_old_one_wrapped(client_row, settings):
    settings.WRAPPING_KEYS = ["a new key", *settings.WRAPPING_KEYS]
    assert read_anew() == "Zoé Lefèvre"


def test_without_its_wrapping_key_a_name_is_not_read_and_not_taken_for_erased(client_row, settings):
    settings.WRAPPING_KEYS = ["another key"]
    with pytest.raises(UnknownWrappingKey, match="WRAPPING_KEY"):
        read_anew()


def test_a_data_key_put_in_the_place_of_another_opens_nothing(client_row):
    other = Client.objects.create(name="Jean Roux")
    mine, theirs = (DataKey.objects.get(client=client) for client in (client_row, other))
    DataKey.objects.filter(pk=mine.pk).update(wrapped=theirs.wrapped)
    keyring.forget()
    with pytest.raises(UnknownWrappingKey, match="altered"):
        str(Client.objects.get(pk=client_row.pk).name)


def test_keys_made_at_once_have_rising_numbers_that_fit_the_column():
    numbers = [key.number for key in keyring.new_keys(5_000)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**63
