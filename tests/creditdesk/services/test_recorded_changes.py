"""The administration shows of every recorded act on a case what was there before and what is there now."""

import pytest

from accounts import audit
from accounts.administration.audit_changes import changes_in
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.letters.document_request import ask_for_documents
from tests.creditdesk import loss_tables, policies
from tests.factories import assessed, attached

pytestmark = pytest.mark.django_db
WORDS = "Zoé Lefèvre called about the payslip."


def test_each_act_on_a_case_is_shown_with_its_values_before_and_after(
    client_as, case_of, person, model_in_use
):
    case, other, by, manager = case_of("advisor"), case_of("advisor"), person("advisor"), person("manager")
    note = services.add_note(case=case, text=WORDS, by=by)
    services.change_note(note=note, text=f"{WORDS} Twice.", by=by)
    services.remove_note(note=note, by=by)
    services.add_note(case=case, text=WORDS, by=by)
    services.record_note_readings(cases=case.client.cases.all(), by=manager)
    document = attached(case)
    services.remove_document(document=document, reason="Of another client.", by=manager)
    ask_for_documents(case=case, kinds=["payslip"], language="fr", by=by)
    declaration = services.ChargesDeclaration(housing=1.0, loans=0.0, other=0.0, members=1)
    services.declare_charges(case=case, declaration=declaration, by=by)
    merge = services.merge_clients(case=case, other=other, reason="document", by=manager)
    services.part_clients(case=case, merge=merge, reason="different", by=manager)
    read = assessed(case).latest_assessment
    assert read
    services.decide(case=case, assessment=read, outcome="accept", by=by)
    shown = {event.action: changes_in(event.details) for event in AuditEvent.objects.filter(
        action__in=[
            "note", "note_changed", "note_removed", "note_read", "document_added", "document_removed",
            "documents_requested", "charges", "clients_merged", "clients_parted", "decision",
        ]
    )}  # fmt: skip
    assert len(shown) == 11
    for action, changes in shown.items():
        assert [change.before != change.after for change in changes] == [True], action
    assert "payslip" not in str(shown)
    event = AuditEvent.objects.get(action="clients_merged")
    page = client_as("auditor").get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
    assert "<del>two clients</del>" in page
    assert "<ins>one client</ins>" in page


def test_a_policy_and_a_loss_table_are_shown_with_their_terms_before_and_after(client_as, person):
    manager, admin = person("manager"), person("admin")
    policies.published(manager, admin, accept_below=0.1)
    policies.published(manager, admin, accept_below=0.07)
    services.reject_policy(policy=policies.proposed(manager), reason=policies.YES, by=admin)
    loss_tables.published_table(manager, admin, lgd_cash=0.4)
    loss_tables.published_table(manager, admin, lgd_cash=0.55)
    services.withdraw_loss_table(table=loss_tables.proposed_table(manager), by=manager)

    def shown(action: str) -> list[tuple[object, ...]]:
        event = AuditEvent.objects.filter(action=action).latest("sequence")
        return [tuple(change) for change in changes_in(event.details)]

    assert shown("policy_published") == [("", "proposed", "published"), ("accept_below", 0.1, 0.07)]
    assert shown("policy_proposed") == [("", "", "proposed"), ("accept_below", 0.07, 0.05)]
    assert shown("policy_rejected") == [("", "proposed", "rejected")]
    assert shown("loss_published") == [("", "proposed", "published"), ("lgd_cash", 0.4, 0.55)]
    assert shown("loss_proposed") == [("", "", "proposed"), ("lgd_cash", 0.55, 0.45)]
    assert shown("loss_withdrawn") == [("", "proposed", "withdrawn")]
    first = AuditEvent.objects.filter(action="policy_published").earliest("sequence")
    assert ("accept_below", None, 0.1) in changes_in(first.details)
    event = AuditEvent.objects.filter(action="policy_published").latest("sequence")
    page = client_as("auditor").get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
    assert "<del>0.1</del>" in page
    assert "<ins>0.07</ins>" in page
    assert audit.verify() is None
