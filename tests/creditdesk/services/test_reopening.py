"""A closed case is opened again by another person, assessed again and decided anew; nothing is lost."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.letters.write import letter_on
from creditdesk.models import Case, Contest, Decision, Notification, Profile, Reopening, Withdrawal
from creditdesk.services import ActRefused
from tests.factories import decided
from tests.html import HTMX

pytestmark = pytest.mark.django_db
REASON = "The income was typed with a digit too few."


@pytest.fixture
def case(case_of, model_in_use, person) -> Case:
    """Decided by its advisor on a real assessment."""
    case = case_of("advisor", amount_credit=100_000)
    services.assess(case=case, by=person("advisor"))
    return decided(case, "refuse", override=True)


def decide_again(case, by, outcome="accept") -> Decision:
    fresh = Case.objects.get(pk=case.pk)
    assert fresh.latest_assessment
    return services.decide(
        case=fresh,
        assessment=fresh.latest_assessment,
        outcome=outcome,
        by=by,
        reason_code="data",
        reason="The income of the payslip is on file now.",
    )


def test_the_old_decision_stays_readable_and_the_case_is_assessed_and_decided_anew(
    client_as, case, person, capsys
):
    old, before = case.decisions.get(), case.latest_assessment
    browser = client_as("manager")
    page = browser.post(reverse("case_reopen", args=[case.reference]), {"reason": REASON}, headers=HTMX)
    assert page.status_code == 200
    assert "data-reopened" in page.content.decode()
    reopening = Reopening.objects.get()
    assert (reopening.decision, reopening.closed_by.username) == (old, "advisor")
    assert (reopening.reopened_by.username, reopening.reason) == ("manager", REASON)
    old.refresh_from_db()
    assert (old.outcome, old.status, old.assessment) == ("refuse", "replaced", before)
    fresh = Case.objects.get()
    assert fresh in Case.objects.pending()
    assert fresh.latest_assessment_id > before.pk
    digest = Profile.objects.get().digest
    services.correct_application(
        case=fresh, changes={"AMT_INCOME_TOTAL": 400_000.0}, profile_digest=digest, reason=REASON,
        by=person("advisor"),
    )  # fmt: skip
    services.assess(case=Case.objects.get(), by=person("advisor"))
    new = decide_again(case, person("advisor"))
    assert (new.replaces, new.status) == (old, "final")
    history = (
        client_as("advisor")
        .get(reverse("case_history", args=[case.reference]), {"show": "events"})
        .content.decode()
    )
    assert "Case opened again" in history
    assert "no longer in force" in history
    assert REASON in history
    event = AuditEvent.objects.get(action="reopening")
    assert (event.details["previous"], event.details["new"]) == ("refuse", "pending")
    assert "digit" not in str(event.details)
    assert not audit.verify()
    call_command("replay_assessments")


def test_the_letter_names_the_decision_that_it_replaces(case, person):
    services.reopen(case=case, reason=REASON, by=person("manager"))
    decide_again(case, person("advisor"))
    for language, words in (("en", "replaces our decision of"), ("fr", "remplace notre décision du")):
        for kind in ("letter", "explanation"):
            letter = letter_on(Case.objects.get(), kind, language, by=person("advisor"))
            assert words in letter.text
            assert "contest" not in letter.text.split("##")[0]


def test_who_decided_or_checked_does_not_open_it_again(case_of, person, client_as, model_in_use):
    manager = person("manager")
    case = decided(case_of("manager"), "refuse")
    with pytest.raises(ActRefused, match="another person"):
        services.reopen(case=case, reason=REASON, by=manager)
    page = client_as("manager").get(case.get_absolute_url()).content.decode()
    assert reverse("case_reopen", args=[case.reference]) not in page
    with pytest.raises(PermissionDenied):
        services.reopen(case=case, reason=REASON, by=person("advisor"))
    checked = decided(case_of("advisor"), "refuse")
    Decision.objects.filter(case=checked).update(checked_by=manager, checked_at=timezone.now())
    with pytest.raises(ActRefused, match="another person"):
        services.reopen(case=checked, reason=REASON, by=manager)
    assert not Reopening.objects.exists()


def test_the_database_refuses_the_same_person_a_false_name_and_a_rewriting(case, person):
    old, manager = case.decisions.get(), person("manager")
    Decision.objects.filter(pk=old.pk).update(status="replaced")
    row = {"case": case, "decision": old, "reason": REASON}
    with pytest.raises(IntegrityError, match="reopened_by_another"), transaction.atomic():
        Reopening.objects.create(closed_by=old.decided_by, reopened_by=old.decided_by, **row)
    with pytest.raises(DatabaseError, match="names what closed"), transaction.atomic():
        Reopening.objects.create(closed_by=person("colleague"), reopened_by=manager, **row)
    Reopening.objects.create(closed_by=old.decided_by, reopened_by=manager, **row)
    for change in ("UPDATE creditdesk_reopening SET reason = 'x'", "DELETE FROM creditdesk_reopening"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_withdrawn_case_is_undone_only_by_a_reopening_of_another_person(case_of, person, model_in_use):
    case = case_of("advisor")
    withdrawal = services.withdraw(
        case=case, channel="email", received_on=timezone.localdate(), by=person("manager")
    )
    with pytest.raises(ActRefused, match="another person"):
        services.reopen(case=case, reason=REASON, by=person("manager"))
    second = type(person("manager")).objects.create(username="deputy", role="manager")
    services.reopen(case=case, reason=REASON, by=second)
    withdrawal.refresh_from_db()
    assert withdrawal.reopened_at == Reopening.objects.get().reopened_at
    assert Case.objects.pending().get() == case
    assert decide_again(case, person("advisor")).replaces is None
    assert Withdrawal.objects.count() == 1
    assert not audit.verify()


def test_an_open_case_and_a_contested_decision_are_not_opened_again(case_of, case, person):
    with pytest.raises(ActRefused, match="not closed"):
        services.reopen(case=case_of("advisor"), reason=REASON, by=person("manager"))
    services.contest(
        case=case, client_statement="My income is higher.", received_on=timezone.localdate(),
        by=person("advisor"),
    )  # fmt: skip
    with pytest.raises(ActRefused, match="examine the contest"):
        services.reopen(case=case, reason=REASON, by=person("manager"))
    assert not Reopening.objects.exists()


def test_the_examination_of_a_contest_may_open_the_case_again(client_as, case, person):
    contest = services.contest(
        case=case, client_statement="My income is higher.", received_on=timezone.localdate(),
        by=person("advisor"),
    )  # fmt: skip
    answer = client_as("manager").post(
        reverse("case_examine", args=[case.reference]),
        {"contest": contest.pk, "result": "reopen", "justification": REASON},
        headers=HTMX,
    )
    assert answer.status_code == 200
    stored = Contest.objects.get()
    assert (stored.outcome, stored.new_decision, stored.reviewer) == ("reopen", None, person("manager"))
    assert Reopening.objects.get().decision == contest.decision
    assert Case.objects.pending().get() == case
    assert decide_again(case, person("advisor")).replaces == contest.decision
    event = AuditEvent.objects.get(action="contest_examined")
    assert (event.details["previous"], event.details["new"]) == ("refuse", "pending")
    assert not audit.verify()


def test_a_rejected_new_decision_leaves_the_case_open(case, person):
    old = case.decisions.get()
    services.reopen(case=case, reason=REASON, by=person("manager"))
    newest = Case.objects.get().latest_assessment
    assert newest
    proposed = Decision.objects.create(
        case=case,
        assessment=newest,
        outcome="accept",
        status="proposed",
        needs_checker=True,
        is_override=True,
        reason_code="data",
        reason=REASON,
        decided_by=person("advisor"),
        replaces=old,
    )
    services.check_decision(decision=proposed, approve=False, reason="Not on file.", by=person("manager"))
    old.refresh_from_db()
    assert old.status == "replaced"
    assert Case.objects.pending().get() == case
    assert decide_again(case, person("advisor"), "refuse").replaces == old


def test_the_advisor_is_notified(case, person):
    services.reopen(case=case, reason=REASON, by=person("manager"))
    notification = Notification.objects.get(kind="reopened")
    assert (notification.recipient, notification.actor) == (person("advisor"), person("manager"))


def test_a_case_whose_advisor_left_goes_on_as_soon_as_it_is_open_again(case, person):
    leaver, colleague = person("advisor"), person("colleague")
    leaver.is_active = False
    leaver.save()
    services.reopen(case=case, reason=REASON, by=person("manager"))
    assert Case.objects.get(pk=case.pk).advisor == colleague
    assert list(Case.objects.to_decide_by(colleague)) == [case]
    assert not Case.objects.unassigned().exists()
    assert Notification.objects.get(recipient=colleague).kind == "handed_on"
