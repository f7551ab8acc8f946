"""The commands that erase, on a database of their own: no byte of a name is left in its files."""

import json
import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.audit import coverage
from creditdesk import services
from creditdesk.models import Case, Client, DataKey, Erasure
from tests.factories import CaseFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Zoé Lefèvre-Kowalczyk"
TRACES = ("lefèvre-kowalczyk", "lefevre-kowalczyk", "LEFÈVRE", "Lefèvre-Kowalczyk", "owalczyk")


@pytest.fixture
def case(person) -> Case:
    for name in ("manager", "admin", "advisor"):
        person(name)
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    case = CaseFactory(advisor=person("advisor"), name=NAME)
    services.add_note(case=case, text=f"{NAME} brings the payslips.", by=person("advisor"))
    return case


def erase(reference: str, *options: str) -> None:
    call_command("erase_client", reference, "--by", "manager", "--approved-by", "admin", *options)


def traces_in_files() -> list[str]:
    """Traces of the name in every file of the database: SQLite's own, its log and its shared memory."""
    file = Path(connection.settings_dict["NAME"])
    content = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    return [trace for trace in TRACES if trace.encode() in content]


def test_the_proof_says_what_was_erased_and_where_the_log_holds_it(case, capsys):
    erase(case.reference)
    proof = json.loads(capsys.readouterr().out)
    assert (proof["cases"], proof["name_reads_as"]) == ([case.reference], "erased")
    assert proof["rows_made_unreadable"]["notes"] == 1
    erasure = Erasure.objects.get()
    assert (proof["data_key"], proof["by"], proof["approved_by"]) == (erasure.key_number, "manager", "admin")
    call_command("verify_audit")
    output = capsys.readouterr().out
    assert str(proof["audit_event"]) in output


def test_a_dry_run_changes_nothing(case, capsys):
    erase(case.reference, "--dry-run")
    plan = json.loads(capsys.readouterr().out)
    assert (plan["dry_run"], plan["rows_made_unreadable"]["name"]) == (True, 1)
    assert Client.objects.get().name == NAME
    assert not Erasure.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the files of SQLite")
def test_no_byte_of_the_name_is_left_in_the_files_of_the_database(case, caplog):
    caplog.set_level(logging.DEBUG)
    erase(case.reference)
    assert traces_in_files() == []
    assert [trace for trace in TRACES if trace in caplog.text] == []


@pytest.mark.parametrize(
    ("by", "approved_by", "reason"),
    [
        ("manager", "manager", "two people"),
        ("manager", "advisor", "may not erase"),
        ("manager", "nobody", "no active user"),
    ],
)
def test_a_refused_erasure_says_why_and_changes_nothing(case, by, approved_by, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("erase_client", case.reference, "--by", by, "--approved-by", approved_by)
    assert Client.objects.get().name == NAME
    assert DataKey.objects.filter(client=case.client).exists()


def test_a_case_that_does_not_exist_is_named(case):
    with pytest.raises(CommandError, match="There is no case 999"):
        erase("999")


def test_a_person_who_has_left_erases_nothing(case):
    UserFactory(username="former", role="admin", is_active=False)
    with pytest.raises(CommandError, match="no active user former"):
        call_command("erase_client", case.reference, "--by", "manager", "--approved-by", "former")


def test_a_new_wrapping_key_wraps_every_data_key_and_the_old_one_may_go(case, settings, capsys):
    settings.WRAPPING_KEYS = ["the new key", *settings.WRAPPING_KEYS]
    call_command("rotate_wrapping_key")
    assert "1 data keys wrapped anew" in capsys.readouterr().out
    settings.WRAPPING_KEYS = ["the new key"]
    assert Client.objects.get().name == NAME
    call_command("rotate_wrapping_key")
    assert capsys.readouterr().out.startswith("0 data keys")


def test_a_rotation_without_the_old_key_changes_nothing(case, settings):
    before = bytes(DataKey.objects.get().wrapped)
    settings.WRAPPING_KEYS = ["the new key"]
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("rotate_wrapping_key")
    assert bytes(DataKey.objects.get().wrapped) == before
