"""An import leaves the application of closed and of corrected cases as it is on file, and says so."""

import math
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.encryption import keyring
from creditdesk.importing import store
from creditdesk.importing.existing_cases import keep_equal_digests
from creditdesk.models import Case, ClientKey, Correction, Decision, Profile
from creditdesk.services.correction import correct_application
from tests.factories import decided
from tests.folders import application, write_tables

pytestmark = pytest.mark.django_db

ZOE = "Zoé Lefèvre"
AMOUNT = Decimal("406597.50")
CORRECTED = Decimal("300000.00")
OTHER = 250_000
LEFT = "Applications that differ from the folder and stay as they are: "


def on_file(reference: str = "1") -> tuple[str, float, str, Decimal, Decimal | None]:
    """Digest and credit of the profile, and what the case has from its application, read anew."""
    case = Case.objects.select_related("profile").get(reference=reference)
    credit = float(case.profile.application["AMT_CREDIT"])
    return case.profile.digest, credit, case.contract_type, case.amount_credit, case.amount_annuity


def correct(person) -> Correction:
    case = Case.objects.get(reference="1")
    return correct_application(
        case=case,
        changes={"AMT_CREDIT": float(CORRECTED), "AMT_ANNUITY": 19_000.0},
        profile_digest=case.profile.digest,
        reason="The client signed for a lower amount.",
        by=person("manager"),
    )


def change_folder(folder, **cells: object) -> None:
    """The next delivery of the folder has other figures, and the outcome of client 2."""
    changed = {"AMT_CREDIT": OTHER, "AMT_ANNUITY": 12_000, "NAME_CONTRACT_TYPE": "Revolving loans", **cells}
    write_tables(folder, application_train=[application(n, TARGET=0, **changed) for n in (1, 2)])


def list_clients(folder, *lines: str) -> None:
    (folder / "clients.csv").write_text("\n".join(["SK_ID_CURR,NAME,CLIENT_KEY", *lines]) + "\n")


def import_events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=audit.Action.IMPORT).order_by("sequence"))


def final_refusal(person) -> None:
    decided(Case.objects.get(reference="1"), "refuse")


def proposed_acceptance(person) -> None:
    decided(Case.objects.get(reference="1"), "accept", status="proposed", override=True)


def withdrawal(person) -> None:
    case = Case.objects.get(reference="1")
    services.withdraw(case=case, channel="phone", received_on=timezone.localdate(), by=case.advisor)


def test_a_key_that_is_new_takes_back_no_correction(
    folder, advisors, import_folder, person, model_in_use, capsys
):
    import_folder(folder)
    services.assess(case=Case.objects.get(reference="1"), by=advisors[0])
    imported = on_file()
    correction = correct(person)
    corrected = on_file()
    events = AuditEvent.objects.count()
    list_clients(folder, f"1,{ZOE},K-7")
    out, _ = import_folder(folder)
    case = Case.objects.get(reference="1")
    assert on_file() == corrected != imported
    assert (case.profile.digest, case.amount_credit) == (correction.digest, CORRECTED)
    assert Correction.objects.get().previous_digest == imported[0]
    assert (ClientKey.objects.get().client, str(case.client)) == (case.client, ZOE)
    summary, left = out.splitlines()
    assert summary == "3 clients: 0 new, 1 changed, 2 as they were."
    assert left == f"{LEFT}0 closed (decided or withdrawn), 1 corrected."
    assert AuditEvent.objects.count() == events + 1
    assert (import_events()[-1].details["updated"], import_events()[-1].details["corrected"]) == (1, 1)
    assert [assessment.profile_digest for assessment in case.assessments.order_by("pk")] == [
        imported[0],
        corrected[0],
    ]
    call_command("replay_assessments")
    assert "2 assessments replayed, all the same" in capsys.readouterr().out
    assert audit.verify() is None
    import_folder(folder)
    assert on_file() == corrected


def test_a_key_that_is_new_replaces_no_equal_profile(folder, advisors, import_folder):
    import_folder(folder)
    before = Profile.objects.values().get(case__reference="1")
    list_clients(folder, f"1,{ZOE},K-7", "3,Jean Roux,K-9")
    write_tables(folder, application_test=[application(3, AMT_CREDIT=OTHER)])
    out, _ = import_folder(folder)
    assert out == "3 clients: 0 new, 2 changed, 1 as they were.\n"
    assert Profile.objects.values().get(case__reference="1") == before
    assert on_file("3")[3] == OTHER
    assert set(ClientKey.objects.values_list("key", flat=True)) == {"K-7", "K-9"}


def test_a_corrected_case_takes_its_outcome_and_its_advisor(folder, advisors, import_folder, person):
    import_folder(folder)
    correct(person)
    corrected = on_file()
    change_folder(folder)
    out, _ = import_folder(folder, advisor="colleague")
    case = Case.objects.select_related("advisor", "monitoring").get(reference="1")
    assert on_file() == corrected
    assert (case.advisor.username, case.monitoring.defaulted) == ("colleague", False)
    assert f"{LEFT}0 closed (decided or withdrawn), 1 corrected." in out


@pytest.mark.parametrize("close", [final_refusal, proposed_acceptance, withdrawal])
def test_a_closed_case_keeps_the_application_that_it_was_closed_on(
    folder, advisors, import_folder, person, close: Callable[..., None]
):
    import_folder(folder)
    close(person)
    before = on_file()
    events = AuditEvent.objects.count()
    change_folder(folder)
    list_clients(folder, f"1,{ZOE},")
    out, _ = import_folder(folder, advisor="colleague")
    assert on_file() == before
    assert on_file("2")[2:4] == ("Revolving loans", Decimal(OTHER))
    case = Case.objects.select_related("client", "advisor", "monitoring").get(reference="1")
    assert (str(case.client), case.advisor.username, case.monitoring.defaulted) == (ZOE, "colleague", False)
    assert out.endswith(f"{LEFT}1 closed (decided or withdrawn), 0 corrected.\n")
    assert AuditEvent.objects.count() == events + 1
    assert (import_events()[-1].details["closed"], import_events()[-1].details["corrected"]) == (1, 0)
    assert not Case.objects.wrongly_marked().exists()


def test_a_closed_case_that_differs_in_nothing_else_counts_as_it_was(folder, advisors, import_folder, person):
    import_folder(folder)
    change_folder(folder)
    import_folder(folder)
    final_refusal(person)
    before = on_file()
    change_folder(folder, AMT_CREDIT=OTHER + 1)
    out, _ = import_folder(folder)
    assert out.startswith("3 clients: 0 new, 1 changed, 2 as they were.\n")
    assert on_file() == before
    out, _ = import_folder(folder)
    assert out.startswith("3 clients: 0 new, 0 changed, 3 as they were.\n")
    assert import_events()[-1].details["closed"] == 1


def test_a_closed_case_gets_its_key_without_another_application(folder, advisors, import_folder, person):
    import_folder(folder)
    correct(person)
    final_refusal(person)
    before = on_file()
    list_clients(folder, f"1,{ZOE},K-7")
    change_folder(folder)
    import_folder(folder)
    assert on_file() == before
    assert ClientKey.objects.get().client == Case.objects.get(reference="1").client
    # A case that is closed and corrected is counted once.
    assert (import_events()[-1].details["closed"], import_events()[-1].details["corrected"]) == (1, 0)


@pytest.mark.parametrize("close", [final_refusal, withdrawal])
def test_a_reopened_case_is_brought_up_to_date_by_the_next_import(
    folder, advisors, import_folder, person, model_in_use, close: Callable[..., None]
):
    import_folder(folder)
    close(person)
    before = on_file()
    change_folder(folder)
    import_folder(folder)
    assert on_file() == before
    case = Case.objects.get(reference="1")
    services.reopen(case=case, reason="The amount was typed with a digit too few.", by=person("manager"))
    out, _ = import_folder(folder)
    assert out == "3 clients: 0 new, 1 changed, 2 as they were.\n"
    assert on_file()[1:] == (float(OTHER), "Revolving loans", Decimal(OTHER), Decimal(12_000))
    assert on_file()[0] != before[0]


def test_every_transaction_that_leaves_an_application_says_so(
    tmp_path, advisors, import_folder, person, monkeypatch
):
    monkeypatch.setattr(store, "CLIENTS_AT_ONCE", 2)
    references = range(1, 7)
    write_tables(tmp_path, application_train=[application(n, TARGET=0) for n in references])
    import_folder(tmp_path)
    for case in Case.objects.all():
        decided(case, "refuse")
    done = len(import_events())
    write_tables(tmp_path, application_train=[application(n, TARGET=0, AMT_CREDIT=OTHER) for n in references])
    out, _ = import_folder(tmp_path)
    assert f"{LEFT}6 closed" in out
    assert [event.details["closed"] for event in import_events()[done:]] == [2, 2, 2]
    assert set(Case.objects.values_list("amount_credit", flat=True)) == {AMOUNT}


def test_closed_cases_are_looked_up_together(tmp_path, advisors, import_folder, monkeypatch):
    # Once a second the first word that is read looks for erasures too: not in the midst of this count.
    monkeypatch.setattr(keyring, "_NOTICED_WITHIN", math.inf)

    def queries(clients: int) -> int:
        folder = tmp_path / str(clients)
        references = range(clients * 100, clients * 101)
        write_tables(folder, application_train=[application(n, TARGET=0) for n in references])
        import_folder(folder)
        for case in Case.objects.filter(decisions=None):
            decided(case, "refuse")
        write_tables(folder, application_train=[application(n, AMT_CREDIT=OTHER) for n in references])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_folder(folder)
        return len(captured)

    assert queries(20) == queries(2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
@pytest.mark.parametrize("act", [final_refusal, withdrawal, correct])
def test_what_is_closed_or_corrected_during_the_import_stays(
    folder, advisors, import_folder, person, monkeypatch, act: Callable[..., object]
):
    import_folder(folder)
    person("manager")
    after: list[object] = []

    def act_apart() -> None:
        try:
            act(person)
            after.append(on_file())
        finally:
            connection.close()

    def compare_and_be_overtaken(clients, existing):
        keep_equal_digests(clients, existing)
        thread = threading.Thread(target=act_apart)
        thread.start()
        thread.join()

    monkeypatch.setattr("creditdesk.importing.store.keep_equal_digests", compare_and_be_overtaken)
    change_folder(folder)
    import_folder(folder)
    assert [on_file()] == after
    assert on_file("2")[3] == OTHER
    assert Decision.objects.count() + Case.objects.withdrawn().count() + Correction.objects.count() == 1
