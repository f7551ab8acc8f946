from decimal import Decimal

import pytest
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.assignment_rules import assignment_rules
from creditdesk.cases.scored_columns import Selection, scored_columns
from creditdesk.cases.search import matching
from creditdesk.importing import store
from creditdesk.models import Case, Client, MonitoringRecord, Profile, profile_digest
from creditdesk.services.correction import correct_application
from creditdesk.services.personal_data.erasure import erase_client
from tests.factories import UserFactory, assessed
from tests.folders import application, write_tables

pytestmark = pytest.mark.django_db


def everything_stored() -> list[object]:
    """Every row of the four tables, times of change included."""
    return [
        list(model.objects.order_by("pk").values()) for model in (Client, Case, Profile, MonitoringRecord)
    ]


def test_an_application_becomes_a_client_a_case_a_profile_and_a_monitoring_record(
    folder, advisors, import_folder
):
    import_folder(folder)
    case = Case.objects.get(reference="1")
    assert case.contract_type == "Cash loans"
    assert (case.amount_credit, case.amount_annuity) == (Decimal("406597.50"), Decimal("24700.50"))
    assert case.origin == Case.Origin.IMPORTED
    assert case.profile.application["DAYS_BIRTH"] == -12_000.0
    assert (case.monitoring.sex, case.monitoring.family_status, case.monitoring.defaulted) == (
        "F",
        "Married",
        True,
    )
    assert Case.objects.get(reference="3").monitoring.defaulted is None


def test_sex_and_family_status_never_reach_the_profile(folder, advisors, import_folder):
    import_folder(folder)
    for profile in Profile.objects.all():
        assert not {"CODE_GENDER", "NAME_FAMILY_STATUS", "TARGET"} & {*profile.application, *profile.history}


def test_missing_cells_are_left_out_and_declared_unknowns_stay(folder, advisors, import_folder):
    import_folder(folder)
    inputs = Case.objects.get(reference="3").profile.application
    assert "AMT_ANNUITY" not in inputs
    assert Case.objects.get(reference="3").amount_annuity is None
    assert inputs["DAYS_EMPLOYED"] == 365243.0


def test_a_client_without_history_differs_from_a_missing_table(folder_with_history, advisors, import_folder):
    _, err = import_folder(folder_with_history)
    rows = {case.reference: case.profile.history_rows for case in Case.objects.select_related("profile")}
    assert rows == {
        "1": {"bureau": 2, "bureau_balance": 2},
        "2": {"bureau": 0, "bureau_balance": 0},
        "3": {"bureau": 1, "bureau_balance": 0},
    }
    assert Case.objects.get(reference="2").profile.history == {}
    assert err.count("Not provided") == 1
    assert "previous_application, POS_CASH_balance, credit_card_balance, installments_payments" in err


def test_the_digest_is_that_of_the_stored_profile(folder_with_history, advisors, import_folder):
    import_folder(folder_with_history)
    for profile in Profile.objects.all():
        assert profile.digest == profile_digest(profile.application, profile.history, profile.history_rows)


def test_names_come_from_clients_csv_and_match_without_accents(folder, advisors, import_folder):
    (folder / "clients.csv").write_text(
        "SK_ID_CURR,NAME\n1,Élodie  Lefèvre\n9,Nobody\nx,Broken\n", encoding="utf-8"
    )
    _, err = import_folder(folder)
    case = Case.objects.get(reference="1")
    assert case.client.name == "Élodie Lefèvre"
    assert list(matching(Case.objects.all(), "lefevre")) == [case]
    assert Case.objects.get(reference="2").client.name == ""
    assert 'clients.csv line 4: SK_ID_CURR "x" is not a whole number' in err


def test_cases_are_spread_over_the_active_advisors(tmp_path, person, import_folder):
    advisors = {person("advisor"), person("colleague")}
    person("manager")
    gone = person("admin")
    gone.role, gone.is_active = "advisor", False
    gone.save()
    import_folder(write_tables(tmp_path, application_train=[application(n) for n in range(1, 8)]))
    counts = sorted(Case.objects.filter(advisor=advisor).count() for advisor in advisors)
    assert counts == [3, 4]


def test_new_cases_go_by_the_rules_and_to_nobody_who_is_away(tmp_path, person, import_folder, settings):
    advisor, colleague = person("advisor"), person("colleague")
    away = UserFactory(username="away")
    today = timezone.localdate()
    services.record_absence(person=away, from_on=today, until_on=today, deputy=None, by=away)
    rows = [application(number, AMT_CREDIT=amount) for number, amount in enumerate((9e5, 8e5, 1e5, 2e5), 1)]
    write_tables(tmp_path, application_train=rows)
    settings.ASSIGNMENT_RULES = assignment_rules(["amount:500000=colleague", "any=away+advisor"])
    import_folder(tmp_path)
    owners = Case.objects.order_by("reference").values_list("advisor", flat=True)
    assert list(owners) == [colleague.pk, colleague.pk, advisor.pk, advisor.pk]


def test_an_unknown_or_unqualified_advisor_is_refused(folder, advisors, person, refused_import):
    person("analyst")
    assert "nobody is no active user" in refused_import(folder, advisor="nobody")
    assert "analyst is no active user who may decide cases" in refused_import(folder, advisor="analyst")
    assert Case.objects.count() == 0


def test_without_any_advisor_nothing_is_imported(folder, refused_import):
    assert "no active advisor" in refused_import(folder)


def test_importing_the_same_folder_again_changes_nothing(folder, advisors, import_folder):
    (folder / "clients.csv").write_text("SK_ID_CURR,NAME\n1,Jeanne Roux\n")
    import_folder(folder)
    before = everything_stored()
    out, _ = import_folder(folder)
    assert out == "3 clients: 0 new, 0 changed, 3 as they were.\n"
    assert everything_stored() == before


def test_a_changed_application_replaces_the_profile_and_keeps_the_case(folder, advisors, import_folder):
    (folder / "clients.csv").write_text("SK_ID_CURR,NAME\n1,Jeanne Roux\n2,Paul Petit\n")
    import_folder(folder)
    before = {case.reference: case for case in Case.objects.select_related("profile")}
    (folder / "clients.csv").write_text("SK_ID_CURR,NAME\n2,Paule Petit\n")
    write_tables(
        folder, application_train=[application(1, TARGET=1, AMT_CREDIT=1000), application(2, TARGET=1)]
    )

    out, _ = import_folder(folder)

    assert out == "3 clients: 0 new, 2 changed, 1 as they were.\n"
    first, second = (Case.objects.get(reference=reference) for reference in "12")
    assert (first.pk, first.client_id) == (before["1"].pk, before["1"].client_id)
    assert (first.advisor_id, first.submitted_at) == (before["1"].advisor_id, before["1"].submitted_at)
    assert (float(first.amount_credit), first.client.name) == (1000.0, "Jeanne Roux")
    assert first.profile.digest != before["1"].profile.digest
    assert (second.client.name, second.client.indexed_name.text) == ("Paule Petit", "paule petit")
    assert second.monitoring.defaulted is True
    assert Client.objects.count() == 3


def test_the_policy_desk_reads_an_amount_that_an_import_replaced(folder, advisors, import_folder):
    """Without a new assessment: the columns of before were right when they were read."""
    import_folder(folder)
    assessed(Case.objects.get(reference="1"))
    assert scored_columns(Selection()).cases.credit.tolist() == [406_597.5]
    write_tables(folder, application_train=[application(1, TARGET=1, AMT_CREDIT=1000)])
    import_folder(folder)
    assert scored_columns(Selection()).cases.credit.tolist() == [1000.0]


def test_importing_fewer_clients_deletes_nobody(folder, advisors, import_folder):
    import_folder(folder)
    (folder / "application_test.csv").unlink()
    import_folder(folder)
    assert Case.objects.count() == 3


def test_an_import_is_one_event_with_fingerprint_and_counts(folder_with_history, advisors, import_folder):
    import_folder(folder_with_history)
    import_folder(folder_with_history)
    second, first = AuditEvent.objects.filter(action=audit.Action.IMPORT)
    assert (first.details["clients"], first.details["added"], first.details["rejected_rows"]) == (3, 3, 0)
    assert (second.details["added"], second.details["unchanged"]) == (0, 3)
    assert first.details["tables"] == ["application", "bureau", "bureau_balance"]
    assert first.details["fingerprint"] == second.details["fingerprint"]
    assert audit.verify() is None


def test_every_transaction_of_a_long_import_has_its_event(tmp_path, advisors, monkeypatch, import_folder):
    monkeypatch.setattr(store, "CLIENTS_AT_ONCE", 4)
    import_folder(write_tables(tmp_path, application_train=[application(n) for n in range(1, 11)]))
    added = [event.details["added"] for event in AuditEvent.objects.filter(action=audit.Action.IMPORT)]
    assert added == [2, 4, 4]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a full disk is made with SQLite's page limit")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_whole_clients_and_the_next_import_resumes(
    tmp_path, advisors, monkeypatch, import_folder, refused_import
):
    monkeypatch.setattr(store, "CLIENTS_AT_ONCE", 50)
    folder = write_tables(tmp_path, application_train=[application(n) for n in range(1, 301)])
    with connection.cursor() as cursor:
        # Pages that earlier tests left free would be room on the disk.
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        size = cursor.execute("PRAGMA page_size").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 24 * 4096 // size}")
        try:
            message = refused_import(folder)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    stored = Case.objects.count()
    assert "full" in message
    assert f"{stored} clients were stored before that, whole, and are kept" in message
    assert 0 < stored < 300
    assert stored % 50 == 0
    assert Client.objects.count() == Profile.objects.count() == MonitoringRecord.objects.count() == stored
    assert (
        sum(event.details["added"] for event in AuditEvent.objects.filter(action=audit.Action.IMPORT))
        == stored
    )

    out, _ = import_folder(folder)
    assert out == f"300 clients: {300 - stored} new, 0 changed, {stored} as they were.\n"


@pytest.mark.real_data
def test_the_real_seven_tables_are_imported_whole(home_credit, advisors, import_folder):
    out, err = import_folder(home_credit / "seven_tables")
    assert out == "684 clients: 684 new, 0 changed, 0 as they were.\n"
    assert err == ""
    assert Case.objects.filter(monitoring__defaulted__isnull=True).count() == 38


def test_imported_names_and_inputs_are_stored_encrypted(folder, advisors, import_folder):
    (folder / "clients.csv").write_text("SK_ID_CURR,NAME\n1,Élodie Lefèvre\n", encoding="utf-8")
    import_folder(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM creditdesk_client WHERE name <> ''")
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT packed_inputs FROM creditdesk_profile ORDER BY case_id")
        rows = [bytes(row) for (row,) in cursor.fetchall()]
    assert names
    assert all(name.startswith("enc1:") for name in names)
    profiles = list(Profile.objects.order_by("case_id"))
    assert all(profile.packed_inputs not in row for profile, row in zip(profiles, rows, strict=True))
    assert all(profile.application["AMT_CREDIT"] for profile in profiles)


def test_an_import_does_not_bring_back_what_was_erased(folder, advisors, import_folder, person):
    (folder / "clients.csv").write_text("SK_ID_CURR,NAME\n1,Élodie Lefèvre\n", encoding="utf-8")
    import_folder(folder)
    client = Case.objects.get(reference="1").client
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_client(client=client, by=person("manager"), approved_by=person("admin"))
    write_tables(folder, application_train=[application(1, TARGET=1, AMT_CREDIT=1000)])
    out, _ = import_folder(folder)
    assert "0 changed" in out
    assert Case.objects.get(reference="1").client.name == "erased"
    assert Profile.objects.get(case__reference="1").packed_inputs == b""


def test_an_import_takes_back_no_correction(folder, advisors, import_folder, person):
    import_folder(folder)
    case = Case.objects.get(reference="1")
    correct_application(
        case=case,
        changes={"CNT_CHILDREN": 4.0},
        profile_digest=case.profile.digest,
        reason="The family booklet shows four children.",
        by=person("manager"),
    )
    corrected = Profile.objects.get(case=case).digest
    write_tables(folder, application_train=[application(1, TARGET=1, AMT_CREDIT=1000)])
    out, _ = import_folder(folder)
    assert "0 changed" in out
    assert "stay as they are: 0 closed (decided or withdrawn), 1 corrected." in out
    profile = Profile.objects.get(case=case)
    assert (profile.digest, profile.application["CNT_CHILDREN"]) == (corrected, 4.0)
