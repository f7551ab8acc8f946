"""Data keys are stored wrapped; without a wrapping key nobody opens them."""

import pytest

from creditdesk.encryption import keyring
from creditdesk.encryption.wrapping import UnknownWrappingKey
from creditdesk.models import Client, DataKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_row() -> Client:
    return Client.objects.create(name="Zoé Lefèvre")


def read_anew() -> str:
    keyring.forget()
    return str(Client.objects.get().name)


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
