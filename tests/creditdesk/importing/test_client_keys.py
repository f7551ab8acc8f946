"""CLIENT_KEY of clients.csv: cases of one person share a record, and contradictions are refused by line."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase

from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.importing import client_keys, store
from creditdesk.models import Case, Client, ClientKey, ClientMerge, DataKey
from creditdesk.services.personal_data.erasure import erase_client
from tests.factories import APPLICATION
from tests.folders import application, write_tables

pytestmark = pytest.mark.django_db

ZOE = "Zoé Lefèvre"


@pytest.fixture
def listed(folder):
    def write(*lines: str, header: str = "SK_ID_CURR,NAME,CLIENT_KEY") -> None:
        (folder / "clients.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")

    return write


def people() -> dict[str, int]:
    """The record that stands for the person of each case, as a fresh read gives it."""
    return {case.reference: case.client.person_id for case in Case.objects.select_related("client")}


def test_one_key_is_one_client_with_several_cases(folder, listed, advisors, import_folder):
    listed(f"1,{ZOE},K-7", f"2,{ZOE},K-7", "3,Jean Roux,")
    import_folder(folder)
    assert (people()["1"] == people()["2"], Client.objects.count(), DataKey.objects.count()) == (True, 2, 2)
    assert ClientKey.objects.get().key == "K-7"
    assert {case.client.name for case in Case.objects.filter(reference__in="12")} == {ZOE}
    assert all(case.profile.application["AMT_CREDIT"] for case in Case.objects.all())
    stored = list(Case.objects.values_list("reference", "client"))
    out, _ = import_folder(folder)
    assert "0 new, 0 changed, 3 as they were" in out
    assert list(Case.objects.values_list("reference", "client")) == stored


def test_a_file_without_keys_works_as_before(folder, listed, advisors, import_folder):
    listed(f"1,{ZOE}", header="SK_ID_CURR,NAME")
    import_folder(folder)
    assert (Client.objects.count(), ClientKey.objects.count()) == (3, 0)


def test_a_later_import_finds_the_person_by_the_key(folder, listed, advisors, import_folder, tmp_path):
    listed(f"1,{ZOE},K-7")
    import_folder(folder)
    later = write_tables(tmp_path / "later", application_train=[application(n, TARGET=0) for n in (8, 9)])
    (later / "clients.csv").write_text("SK_ID_CURR,CLIENT_KEY,NAME\n8,K-7,LEFEVRE Zoe\n9,K-9,Jean Roux\n")
    import_folder(later)
    assert people()["8"] == people()["1"] != people()["9"]
    assert Case.objects.get(reference="8").client.name == ZOE


def test_a_desk_without_keys_is_linked_by_its_next_import_and_a_manager_can_part_them(
    folder, listed, advisors, import_folder, person
):
    listed(f"1,{ZOE}", f"2,{ZOE}", header="SK_ID_CURR,NAME")
    import_folder(folder)
    listed(f"1,{ZOE},K-7", f"2,{ZOE},K-7")
    out, _ = import_folder(folder)
    assert "2 changed, 1 as they were" in out
    assert people()["1"] == people()["2"]
    merge = ClientMerge.objects.get()
    assert (merge.reason, merge.merged_by) == ("import", None)
    event = AuditEvent.objects.filter(action=Action.IMPORT).latest("sequence")
    assert event.details["merges"] == [merge.pk]
    assert "0 changed" in import_folder(folder)[0]
    case = Case.objects.get(reference="1")
    services.part_clients(case=case, merge=merge, reason="different", by=person("manager"))
    _, err = import_folder(folder)
    assert "clients.csv line 3: CLIENT_KEY a manager has parted the client of this case from" in err
    assert people()["1"] != people()["2"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([f"1,{ZOE},K-7", "2,Jean Roux,K-7"], "CLIENT_KEY K-7 has another name on line 2"),
        ([f"1,{ZOE},K-7", f"2,{ZOE},K 7"], "CLIENT_KEY is no key: up to 64 letters"),
        ([f"1,{ZOE},K-7", f"2,{ZOE},zoe@example.org"], "CLIENT_KEY is no key"),
    ],
)
def test_a_line_that_contradicts_its_file_is_refused(folder, listed, advisors, import_folder, lines, reason):
    listed(*lines)
    _, err = import_folder(folder)
    assert f"clients.csv line 3: {reason}" in err
    assert ZOE not in err
    second = Case.objects.get(reference="2")
    assert (second.client.name, people()["1"] == people()["2"]) == ("", False)
    assert list(ClientKey.objects.values_list("key", flat=True)) == ["K-7"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([f"1,{ZOE},K-8"], "line 2: CLIENT_KEY is not the one that the client of this case has at the desk"),
        (["3,Jean Roux,K-7"], "line 2: CLIENT_KEY K-7 is of a client with another name"),
    ],
)
def test_a_line_that_contradicts_the_desk_is_refused(folder, listed, advisors, import_folder, lines, reason):
    listed(f"1,{ZOE},K-7")
    import_folder(folder)
    before = people(), list(ClientKey.objects.values_list("client", "key"))
    listed(*lines)
    assert reason in import_folder(folder)[1]
    assert (people(), list(ClientKey.objects.values_list("client", "key"))) == before


def test_the_bank_may_rename_a_client(folder, listed, advisors, import_folder):
    listed(f"1,{ZOE},K-7", f"2,{ZOE},K-7")
    import_folder(folder)
    listed("1,Zoé Kowalczyk,K-7", "2,Zoé Kowalczyk,K-7")
    import_folder(folder)
    assert {str(case.client) for case in Case.objects.filter(reference__in="12")} == {"Zoé Kowalczyk"}


def test_the_key_of_an_erased_client_leads_nowhere(folder, listed, advisors, import_folder, person):
    listed(f"1,{ZOE},K-7")
    import_folder(folder)
    erased = Case.objects.get(reference="1").client
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_client(client=erased, by=person("manager"), approved_by=person("admin"))
    listed(f"1,{ZOE},K-7", f"2,{ZOE},K-7")
    import_folder(folder)
    assert people()["1"] != people()["2"]
    assert ClientKey.objects.get().client_id == people()["2"]
    assert Case.objects.get(reference="1").client.name == "erased"


def test_a_synthetic_portfolio_has_people_with_two_cases(tmp_path, advisors, import_folder):
    out = tmp_path / "synthetic"
    call_command("make_portfolio", out, clients=400, seed=7, verbosity=0, stdout=StringIO())
    import_folder(out)
    assert Client.objects.count() == ClientKey.objects.count()
    assert 3 <= Case.objects.count() - Client.objects.count() <= 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_a_number_that_somebody_enters_during_the_import_is_one_clients(
    folder, listed, advisors, import_folder, monkeypatch
):
    listed(f"1,{ZOE},K-7", "2,Jean Roux,", "3,,")
    read = client_keys.owners_of
    entered: list[threading.Thread] = []

    def enter() -> None:
        try:
            services.open_case(by=advisors[0], name=ZOE, application=APPLICATION, client_key="K-7")
        finally:
            connection.close()

    def read_and_be_overtaken(keys):
        owners = read(keys)
        if not entered:
            entered.append(threading.Thread(target=enter))
            entered[0].start()
            entered[0].join()
        return owners

    monkeypatch.setattr(store, "owners_of", read_and_be_overtaken)
    out, _ = import_folder(folder)
    assert "3 new" in out
    owner = ClientKey.objects.get(key="K-7").client
    assert sorted(owner.cases.values_list("reference", flat=True)) == ["1", "M000001"]
    assert Client.objects.count() == 3
