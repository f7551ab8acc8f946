from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from creditdesk.encryption import keyring
from creditdesk.importing import bulk
from creditdesk.importing.records import Sealing
from creditdesk.models import Case, Client, MonitoringRecord, Profile

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
TRICKY = "tab\t, \\N, \\., “quotes” ' \" %s\nnew line"


def test_rows_are_stored_as_the_models_read_them(person):
    advisor = person("advisor")
    (client,) = bulk.next_keys(Client, 1)
    sealing = Sealing(keyring.new_keys(1)[0])
    name = Client._meta.get_field("name").sealed(TRICKY, sealing)
    bulk.write(Client, ("id", "name"), [(client, name)])
    keyring.store([(sealing.key, client)], Client.key_column)
    (key,) = bulk.next_keys(Case, 1)
    columns = ("id", "client_id", "advisor_id", "submitted_at", "reference", "origin", "contract_type")
    row = (key, client, advisor.pk, MOMENT, "100002", "imported", "Cash loans")
    amounts = ("amount_credit", "amount_annuity")
    bulk.write(Case, (*columns, *amounts), [(*row, Decimal("406597.50"), None)])
    packed = bytes(range(256))
    sealed = Profile._meta.get_field("packed_inputs").sealed(packed, sealing)
    bulk.write(
        Profile,
        ("case_id", "packed_inputs", "history_rows", "digest", "updated_at"),
        [(key, sealed, {"bureau": 3, "é": 0}, "0" * 64, MOMENT)],
    )
    case = Case.objects.select_related("client", "profile").get(reference="100002")
    assert (case.pk, case.client.name, case.submitted_at) == (key, TRICKY, MOMENT)
    assert (case.amount_credit, case.amount_annuity) == (Decimal("406597.50"), None)
    assert bytes(case.profile.packed_inputs) == packed
    assert case.profile.history_rows == {"bureau": 3, "é": 0}


def test_a_taken_row_is_replaced(case_of):
    first, second = case_of("advisor"), case_of("advisor")
    columns = ("case_id", "sex", "family_status", "defaulted")
    rows = [(first.pk, "M", "Widow", True), (second.pk, "F", "", None)]
    bulk.write(MonitoringRecord, columns, rows, replace_by="case")
    stored = MonitoringRecord.objects.order_by("pk").values_list(*columns)
    assert list(stored) == rows


def test_keys_are_new_and_those_of_later_rows_follow(case_of):
    case_of("advisor")
    keys = bulk.next_keys(Client, 3)
    bulk.write(Client, ("id", "name"), [(key, "") for key in keys])
    assert Client.objects.create(name="after").pk > max(keys)
    assert len({*keys}) == 3


def test_a_row_that_breaks_a_rule_stores_nothing():
    keys = bulk.next_keys(Client, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.write(Client, ("id", "name"), [(keys[0], ""), (keys[0], "")])
    assert not Client.objects.exists()


def test_a_word_that_is_not_encrypted_is_refused():
    with pytest.raises(TypeError, match="is encrypted"):
        bulk.write(Client, ("id", "name"), [(1, "Jeanne Roux")])


def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.write(Client, ("id", "name"), [])
