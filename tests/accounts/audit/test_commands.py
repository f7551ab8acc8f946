"""Commands of the audit log: the first bad event is named; anchoring anew takes a person and a reason."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent

pytestmark = pytest.mark.django_db
TABLE = "accounts_auditevent"


def test_the_command_counts_the_events(record_events):
    record_events(4)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "4 events, chain intact; 0 rows as sealed\n"


def test_the_command_names_the_first_bad_event(record_events, by_hand):
    record_events(4)
    by_hand(f"UPDATE {TABLE} SET actor = 'nobody' WHERE sequence IN (2, 3)")
    with pytest.raises(CommandError, match="event 2: it was changed"):
        call_command("verify_audit")


def test_a_log_without_its_anchor_is_not_intact_and_no_act_heals_it(record_events, settings):
    record_events(1)
    settings.AUDIT_ANCHOR.unlink()
    record_events(1)
    assert not settings.AUDIT_ANCHOR.exists()
    with pytest.raises(CommandError, match="There is no anchor"):
        call_command("verify_audit")


def test_a_person_anchors_the_log_anew_with_a_reason(record_events, settings, sealed_person, run_on_commit):
    record_events(1)
    settings.AUDIT_ANCHOR.unlink()
    sealed_person("admin")
    with pytest.raises(CommandError, match="at least 20 characters"):
        call_command("anchor_audit", by="admin", reason="because")
    with run_on_commit():
        call_command(
            "anchor_audit", by="admin", reason="The volume of the anchor was lost.", stdout=StringIO()
        )
    event = AuditEvent.objects.get(action="anchored")
    assert (event.actor, event.details["reason"]) == ("admin", "The volume of the anchor was lost.")
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "3 events, chain intact; 1 rows as sealed\n"
