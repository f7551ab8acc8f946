"""A new audit key from here on: what the old one sealed stays verifiable, and only with it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.audit import Break, verify
from accounts.audit.anchor import Anchor
from accounts.audit.chain import key_id, link_hash
from accounts.audit.keys import key_ring
from accounts.audit.verification import is_genuine, walk_rows
from accounts.models import AuditEvent, AuditHead
from scoring import engine

pytestmark = pytest.mark.django_db
OLD, NEW, NEWER = "tests-only-audit-key-tests-only-audit-key", "the-new-key-of-the-desk", "the-newest-key"


@pytest.fixture
def rotate(settings, run_on_commit):
    """The operator's two steps: both keys into the settings, then the command."""

    def put_in_force(key: str) -> None:
        settings.AUDIT_OLD_KEYS = [settings.AUDIT_KEY, *settings.AUDIT_OLD_KEYS]
        settings.AUDIT_KEY = key
        with run_on_commit():
            call_command("rotate_audit_key", stdout=StringIO())

    return put_in_force


def test_old_segments_stay_verifiable_and_new_ones_are_sealed_with_the_new_key(
    record_events, sealed_person, rotate
):
    record_events(2)
    sealed_person("advisor")
    rotate(NEW)
    record_events(2)
    rotate(NEWER)
    newest = record_events(2)[-1]
    rows, walk = walk_rows()
    assert (walk.sequence, rows.checked) == (9, 1)
    assert Anchor.read() == Anchor(9, newest.own_hash)
    assert all(map(is_genuine, AuditEvent.objects.all()))
    first, second = AuditEvent.objects.filter(action="key_rotated").order_by("sequence")
    assert (first.details["old"], first.details["new"]) == (key_id(OLD), key_id(NEW))
    assert (second.details["old"], second.details["new"]) == (key_id(NEW), key_id(NEWER))
    assert key_ring() == (NEWER, NEW, OLD)


def test_until_the_rotation_the_desk_works_on_with_the_old_key(record_events, settings):
    record_events(1)
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = NEW, [OLD]
    record_events(1)
    assert verify() is None
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = OLD, []
    assert verify() is None


def test_without_the_old_key_the_log_says_which_one_is_missing(record_events, rotate, settings):
    record_events(1)
    rotate(NEW)
    record_events(1)
    settings.AUDIT_OLD_KEYS = []
    assert verify() == Break(1, f"it is sealed with the key {key_id(OLD)}, which is not in AUDIT_OLD_KEYS")


def test_who_has_an_old_key_alone_cannot_write_on(record_events, rotate, by_hand):
    record_events(1)
    rotate(NEW)
    event = record_events(1)[0]
    from accounts.audit.chain import Link

    link = Link(*(getattr(event, name) for name in Link._fields))._replace(actor="nobody")
    forged = link_hash(link, OLD)
    by_hand(f"UPDATE accounts_auditevent SET actor = 'nobody', own_hash = '{forged}' WHERE sequence = 3")
    assert verify() == Break(3, "it was changed")


def test_a_rotation_needs_a_new_key(record_events, rotate, settings):
    record_events(1)
    settings.BASE_DIR = settings.AUDIT_ANCHOR.parent
    with pytest.raises(CommandError, match=r"does not come from \.env"):
        call_command("rotate_audit_key")
    rotate(NEW)
    with pytest.raises(CommandError, match="rotated away before"):
        rotate(OLD)
    assert AuditEvent.objects.filter(action="key_rotated").count() == 1


def test_a_key_that_make_setup_wrote_is_rotated_in_its_file(record_events, settings, run_on_commit):
    settings.BASE_DIR = settings.AUDIT_ANCHOR.parent
    path = settings.BASE_DIR / ".env"
    path.write_text(f"SECRET_KEY=kept\nAUDIT_KEY={OLD}\n")
    record_events(1)
    with run_on_commit():
        call_command("rotate_audit_key", stdout=StringIO())
    lines = path.read_text().splitlines()
    assert lines[0] == "SECRET_KEY=kept"
    assert lines[1:] == [f"AUDIT_KEY={settings.AUDIT_KEY}", f"AUDIT_OLD_KEYS={OLD}"]
    assert settings.AUDIT_KEY != OLD
    assert (path.stat().st_mode & 0o777, verify()) == (0o600, None)


def test_the_rotation_names_who_did_it_and_who_may(record_events, sealed_person, settings):
    record_events(1)
    sealed_person("admin")
    sealed_person("advisor")
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = NEW, [OLD]
    with pytest.raises(CommandError, match="may not read the audit log"):
        call_command("rotate_audit_key", by="advisor")
    call_command("rotate_audit_key", by="admin", reason="It was on a lost laptop.", stdout=StringIO())
    event = AuditEvent.objects.get(action="key_rotated")
    assert (event.actor, event.details["reason"]) == ("admin", "It was on a lost laptop.")


def test_a_forged_head_under_a_rotated_key_is_found(record_events, rotate, by_hand):
    from accounts.audit.chain import head_seal

    record_events(1)
    first = AuditEvent.objects.get()
    rotate(NEW)
    by_hand(
        "DELETE FROM accounts_auditevent WHERE sequence > 1",
        f"UPDATE accounts_audithead SET sequence = 1, own_hash = '{first.own_hash}',"
        f" seal = '{head_seal(1, first.own_hash, OLD)}'",
    )
    assert AuditHead.objects.get().sequence == 1
    first_break = verify()
    assert first_break is not None
    assert "anchor" in str(first_break)


def test_a_version_registered_under_the_old_key_still_loads(model_in_use, settings):
    settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = NEW, [OLD]
    model_in_use.seal = engine.seal_of(model_in_use.name, model_in_use.digest, settings.AUDIT_OLD_KEYS[0])
    assert engine.load_version(model_in_use).version == "tiny-1"
