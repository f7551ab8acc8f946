"""Merging two records of one client: audited, reversible, refused where it must be, erased as one person."""

import csv
import io
from unittest.mock import ANY

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import TestCase

from accounts.audit import Action, coverage
from accounts.audit.verification import walk_rows
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Client, ClientKey, ClientMerge, DataKey
from creditdesk.services import ActRefused, KeysContradict
from creditdesk.services.personal_data.erasure import erase_client
from creditdesk.services.personal_data.retention import what_is_due
from tests.factories import assessed, decided
from tests.html import Elements

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(case_of) -> Case:
    return case_of("advisor", name="Zoé Lefèvre")


@pytest.fixture
def second(case_of) -> Case:
    return case_of("advisor", name="Zoe Lefevre")


@pytest.fixture
def merge(person):
    def act(case: Case, other: Case, by: str = "manager", **what) -> ClientMerge:
        what = {"reason": "document", **what}
        return services.merge_clients(case=case, other=other, by=person(by), **what)

    return act


def chain_holds() -> bool:
    """Whether every sealed row and every event of the log verifies."""
    with transaction.atomic():
        coverage.seal_again(["accounts_user", "creditdesk_assessment", "creditdesk_decision"])
    rows, walk = walk_rows()
    return bool(rows.checked) and walk.sequence == AuditEvent.objects.count()


def people() -> list[set[str]]:
    """The references of each person's cases, as a fresh read gives them."""
    records: dict[int, set[str]] = {}
    for case in Case.objects.select_related("client"):
        records.setdefault(case.client.person_id, set()).add(case.reference)
    return sorted(records.values(), key=sorted)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_a_merge_is_audited_with_its_grounds_and_leaves_every_case_under_its_record(first, second, merge):
    before = list(Case.objects.order_by("pk").values_list("reference", "client", "client__name"))
    done = merge(first, second)
    assert people() == [{first.reference, second.reference}]
    assert list(Case.objects.order_by("pk").values_list("reference", "client", "client__name")) == before
    event = AuditEvent.objects.get(action=Action.CLIENTS_MERGED)
    assert (event.actor, event.target) == ("manager", first.reference)
    assert event.details == {
        "merge": done.pk,
        "primary": first.client_id,
        "duplicate": second.client_id,
        "cases": [second.reference],
        "previous": "two clients",
        "new": "one client",
        "reason": "document",
        "despite_keys": False,
        "rows": {"creditdesk_clientmerge": {str(done.pk): ANY}},
    }
    assert chain_holds()


def test_a_merge_undone_brings_each_case_back_where_it_was(first, second, merge, person):
    done = merge(first, second)
    services.part_clients(case=fresh(first), merge=done, reason="different", by=person("manager"))
    assert people() == [{first.reference}, {second.reference}]
    assert Client.objects.filter(merged_into__isnull=False).count() == 0
    event = AuditEvent.objects.get(action=Action.CLIENTS_PARTED)
    assert (event.details["cases"], event.details["reason"]) == ([second.reference], "different")
    with pytest.raises(ActRefused, match="undone already"):
        services.part_clients(case=fresh(first), merge=done, reason="different", by=person("manager"))
    assert chain_holds()


def test_a_merge_in_the_middle_of_others_is_undone_alone(first, second, case_of, merge, person):
    third, fourth = case_of("advisor"), case_of("advisor")
    merge(second, third)
    middle = merge(first, fresh(second))
    merge(fresh(fourth), fresh(third))
    assert people() == [{case.reference for case in (first, second, third, fourth)}]
    services.part_clients(case=fresh(fourth), merge=middle, reason="mistake", by=person("manager"))
    assert people() == sorted(
        [{second.reference, third.reference}, {first.reference, fourth.reference}], key=sorted
    )


def test_a_client_is_not_merged_with_itself(first, second, merge):
    merge(first, second)
    for case, other in ((first, first), (first, second), (second, first)):
        with pytest.raises(ActRefused, match="same client already"):
            merge(fresh(case), fresh(other))
    assert ClientMerge.objects.count() == 1


def test_contradicting_keys_of_the_bank_are_confirmed_first(first, second, merge):
    ClientKey.objects.create(client=first.client, key="K-1")
    ClientKey.objects.create(client=second.client, key="K-2")
    with pytest.raises(KeysContradict, match="K-1 and K-2"):
        merge(first, second)
    assert not ClientMerge.objects.exists()
    merge(first, second, despite_keys=True)
    assert AuditEvent.objects.get(action=Action.CLIENTS_MERGED).details["despite_keys"] is True


@pytest.mark.parametrize("who", ["advisor", "auditor", "admin", "analyst"])
def test_a_manager_alone_merges_and_parts(first, second, merge, person, who):
    with pytest.raises(PermissionDenied):
        merge(first, second, by=who)
    done = merge(first, second)
    with pytest.raises(PermissionDenied):
        services.part_clients(case=fresh(first), merge=done, reason="different", by=person(who))
    assert people() == [{first.reference, second.reference}]


def test_an_erased_record_is_neither_merged_nor_parted(first, second, case_of, merge, person):
    third = case_of("advisor")
    done = merge(first, second)
    erase_client(client=fresh(second).client, by=person("manager"), approved_by=person("admin"))
    for case, other in ((first, third), (third, second)):
        with pytest.raises(ActRefused, match="erased"):
            merge(fresh(case), fresh(other))
    with pytest.raises(ActRefused, match="erased"):
        services.part_clients(case=fresh(first), merge=done, reason="different", by=person("manager"))


def test_an_erasure_takes_every_record_of_the_person(first, second, case_of, merge, person):
    other = case_of("advisor", name="Jean Roux")
    ClientKey.objects.create(client=second.client, key="K-2")
    ClientKey.objects.create(client=other.client, key="K-3")
    services.add_note(case=second, text="Zoe brings the payslips.", by=person("advisor"))
    merge(first, second)
    with TestCase.captureOnCommitCallbacks(execute=True):
        proof = erase_client(client=fresh(first).client, by=person("manager"), approved_by=person("admin"))
    assert proof.plan.references == (first.reference, second.reference)
    assert proof.plan.rows["client numbers of the bank"] == 1
    names = set(Client.objects.filter(cases__in=[first, second]).values_list("name", flat=True))
    assert (names, second.notes.get().text) == ({"erased"}, "erased")
    assert list(DataKey.objects.values_list("client", flat=True)) == [other.client_id]
    assert list(ClientKey.objects.values_list("key", flat=True)) == ["K-3"]
    event = AuditEvent.objects.get(action=Action.CLIENT_ERASED)
    assert [record["client"] for record in event.details["merged_records"]] == [second.client_id]
    assert chain_holds()


def test_retention_waits_for_the_last_case_of_the_person(first, second, merge, settings):
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "refused": 0, "undecided": 10_000}
    decided(assessed(first, 0.3, "refuse"), "refuse")
    assert what_is_due().clients == (first.client_id,)
    merge(first, second)
    assert what_is_due().clients == ()
    decided(assessed(second, 0.3, "refuse"), "refuse")
    assert what_is_due().clients == (first.client_id, second.client_id)


def test_the_database_keeps_what_a_merge_says(first, second, merge):
    done = merge(first, second)
    rows = ClientMerge.objects.filter(pk=done.pk)
    for change in (lambda: rows.update(primary=second.client), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    for columns in (
        {"primary": first.client, "duplicate": first.client},
        {"primary": first.client, "duplicate": second.client},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClientMerge.objects.create(reason="import", **columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=first.client_id).update(merged_into=first.client_id)


def other_cases(browser, case: Case) -> list[str]:
    page = browser.get(f"/cases/{case.reference}/client/").content.decode()
    return [row["data-other-case"] for row in Elements(page).having("data-other-case")]


def test_a_case_shows_the_persons_others_to_who_may_see_them(model_in_use, client_as, case_of, first, merge):
    colleagues = decided(assessed(case_of("colleague", name="Zoe Lefevre"), 0.3, "refuse"), "refuse")
    merge(first, colleagues)
    manager = client_as("manager").get(f"/cases/{first.reference}/client/").content.decode()
    assert [row["data-other-case"] for row in Elements(manager).having("data-other-case")] == [
        colleagues.reference
    ]
    row = manager.split(f'data-other-case="{colleagues.reference}"')[1].split("</tr>")[0]
    assert all(word in row for word in ("406,598", "badge-refuse", "30.0"))
    advisor = client_as("advisor")
    for tab in ("", "client/", "history/"):
        page = advisor.get(f"/cases/{first.reference}/{tab}").content.decode()
        assert colleagues.reference not in page
        assert "Other cases" not in page
        assert "merged with another record" not in page
    assert other_cases(client_as("colleague"), colleagues) == []


def test_merging_and_parting_on_the_page(model_in_use, client_as, case_of):
    application = {"DAYS_BIRTH": -9461.0}
    first, second = (
        case_of("advisor", name=name, application=application) for name in ("Zoé Roux", "ROUX Zoe")
    )
    browser, address = client_as("manager"), f"/cases/{first.reference}/merge/"
    page = browser.get(address).content.decode()
    assert [item["data-candidate"] for item in Elements(page).having("data-candidate")] == [second.reference]
    refused = browser.post(address, {"other": first.reference, "reason": "document"})
    assert (refused.status_code, "data-refusal" in refused.content.decode()) == (409, True)
    assert browser.post(address, {"other": "nothing", "reason": "document"}).status_code == 422
    assert browser.post(address, {"other": second.reference, "reason": ""}).status_code == 422
    assert not ClientMerge.objects.exists()
    assert browser.post(address, {"other": second.reference, "reason": "birth"}).status_code == 302
    merge = ClientMerge.objects.in_force().get()
    assert f'data-merge="{merge.pk}"' in browser.get(address).content.decode()
    assert other_cases(browser, first) == [second.reference]
    assert other_cases(client_as("advisor"), second) == [first.reference]
    assert browser.post(f"{address}undo/", {"merge": merge.pk, "reason": ""}).status_code == 422
    assert browser.post(f"{address}undo/", {"merge": merge.pk, "reason": "unproven"}).status_code == 302
    assert other_cases(browser, first) == []
    lines = browser.get(f"/cases/{first.reference}/history.csv").getvalue().decode()
    rows = [(row["event"], row["previous"], row["new"]) for row in csv.DictReader(io.StringIO(lines))]
    assert ("merge", "two clients", "one client") in rows
    assert ("parting", "one client", "two clients") in rows


def test_a_merge_is_undone_from_a_case_of_the_person_alone(first, second, case_of, merge, person):
    done, stranger = merge(first, second), case_of("advisor")
    with pytest.raises(ActRefused):
        services.part_clients(case=stranger, merge=done, reason="different", by=person("manager"))
    assert {first.reference, second.reference} in people()
