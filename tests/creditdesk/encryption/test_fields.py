"""Words about clients are stored encrypted and read in the clear, as long as their key is there."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from creditdesk import services
from creditdesk.encryption import keyring
from creditdesk.encryption.fields import PREFIX, ErasedText
from creditdesk.encryption.keyring import DataErased
from creditdesk.models import Assessment, Client, DataKey, Draft, Note, Scenario
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NOTE = "Called Zoé Lefèvre: the payslips of März arrive on Monday."


@pytest.fixture
def note(case_of, person) -> Note:
    return services.add_note(case=case_of("advisor", name="Zoé Lefèvre"), text=NOTE, by=person("advisor"))


def delete_key(client: Client) -> None:
    DataKey.objects.filter(client=client).delete()
    keyring.forget()


def test_a_text_is_stored_encrypted_and_read_as_it_was_written(note, stored):
    (text,) = stored("creditdesk_note", "text")
    assert text.startswith(PREFIX)
    assert "Lefèvre" not in text
    assert Note.objects.get().text == NOTE
    assert Note.objects.values_list("text", flat=True).get() == NOTE
    (name,) = stored("creditdesk_client", "name")
    assert name.startswith(PREFIX)
    assert Client.objects.get().name == "Zoé Lefèvre"


def test_the_inputs_of_an_assessment_are_stored_encrypted(model_in_use, case_of, person, stored):
    case = case_of("advisor")
    assessment = services.assess(case=case, by=person("advisor"))
    assert "AMT_INCOME_TOTAL" not in str(stored("creditdesk_assessment", "inputs"))
    assert assessment.features not in bytes(stored("creditdesk_assessment", "features")[0])
    read = Assessment.objects.get()
    assert read.packed_inputs == case.profile.packed_inputs
    assert read.application == case.profile.application
    assert read.packed_inputs not in bytes(stored("creditdesk_assessment", "packed_inputs")[0])
    assert read.packed_inputs not in bytes(stored("creditdesk_profile", "packed_inputs")[0])
    assert (read.features, read.contributions) == (assessment.features, assessment.contributions)
    assert read.shown_reasons == assessment.shown_reasons


def test_without_its_key_a_text_reads_as_erased_in_the_readers_language(note):
    delete_key(note.case.client)
    assert (Note.objects.get().text, Client.objects.get().name) == ("erased", "erased")
    with translation.override("fr"):
        assert Note.objects.get().text == "effacé"
    assert isinstance(Note.objects.get().text, ErasedText)


def test_without_its_key_an_assessment_has_neither_inputs_nor_numbers(model_in_use, case_of, person):
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    delete_key(case.client)
    read = Assessment.objects.get()
    assert (read.inputs, read.packed_inputs, read.features, read.reasons) == ({}, b"", b"", [])
    assert read.probability is not None


def test_nothing_is_added_to_a_client_whose_key_is_gone(note, person):
    delete_key(note.case.client)
    with pytest.raises(DataErased), transaction.atomic():
        services.add_note(case=note.case, text="And another thing.", by=person("advisor"))
    assert Note.objects.count() == 1


def test_a_row_that_is_saved_again_keeps_its_ciphertext(case_of, stored):
    case = case_of("advisor", name="Zoé Lefèvre")
    before = stored("creditdesk_client", "name")
    case.client.refresh_from_db()
    case.client.save()
    assert stored("creditdesk_client", "name") == before
    case.client.name = "Zoé Roux"
    case.client.save()
    assert Client.objects.get().name == "Zoé Roux"
    assert stored("creditdesk_client", "name") != before


def test_equal_words_of_two_clients_have_nothing_in_common(case_of, stored):
    for name in ("advisor", "colleague"):
        case_of(name, name="Zoé Lefèvre")
    first, second = stored("creditdesk_client", "name")
    # After the prefix and the number of the key, which rises with time.
    assert first[16:] != second[16:]


def test_a_ciphertext_moved_to_another_column_is_not_readable(note, stored):
    (name,) = stored("creditdesk_client", "name")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_client SET name = %s", [name[:-2] + "AA"])
    assert Client.objects.get().name == "erased"


def test_an_update_past_the_rows_key_is_refused(note):
    with pytest.raises(TypeError, match=r"creditdesk_client\.name is encrypted"):
        Client.objects.update(name="Zoé Roux")


def test_a_key_is_deleted_with_its_draft(person):
    draft = services.save_draft(by=person("advisor"), key=uuid4(), answers={"client_name": "Zoé Lefèvre"})
    assert DataKey.objects.get(draft=draft)
    assert Draft.objects.get().answers == {"client_name": "Zoé Lefèvre"}
    Draft.objects.all().delete()
    assert not DataKey.objects.exists()


def test_clients_added_in_bulk_have_a_key_each(stored):
    Client.objects.bulk_create([Client(name=f"Client {number}") for number in range(3)])
    assert DataKey.objects.filter(client__isnull=False).count() == 3
    assert sorted(Client.objects.values_list("name", flat=True)) == ["Client 0", "Client 1", "Client 2"]


def test_two_scenarios_of_one_name_are_still_one_too_many(case_of):
    case, by = case_of("advisor"), UserFactory()
    numbers = {"probability": 0.1, "threshold": 0.2, "verdict": "accept", "by": by, "case": case}
    Scenario.objects.create(name="Longer", **numbers)
    with pytest.raises(IntegrityError):
        Scenario.objects.create(name="Longer", **numbers)
