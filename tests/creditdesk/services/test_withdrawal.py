"""A client withdraws: neither accepted nor refused, counted apart, and undone by a reopening alone."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.scored_columns import Selection, scored_columns
from creditdesk.models import Case, Claim, Decision, Letter, Notification, Withdrawal
from creditdesk.pages.portfolio.counts import DecisionCounts
from creditdesk.services import ActRefused, DecisionRefused
from creditdesk.services.personal_data.retention import what_is_due
from tests.factories import assessed, decided
from tests.html import HTMX, case_page

pytestmark = pytest.mark.django_db
REASON = "Found the same credit elsewhere."


@pytest.fixture
def case(case_of) -> Case:
    return assessed(case_of("advisor"))


def withdraw(case, by, **more) -> Withdrawal:
    given = {"channel": "phone", "received_on": timezone.localdate(), "reason": REASON, **more}
    return services.withdraw(case=case, by=by, **given)


def test_who_when_and_how_the_client_withdrew_are_kept_and_the_case_waits_no_more(
    client_as, model_in_use, case, person
):
    services.claim(case=case, by=person("advisor"))
    received_on = timezone.localdate()
    answer = client_as("advisor").post(
        reverse("case_withdraw", args=[case.reference]),
        {"channel": "letter", "received_on": received_on.isoformat(), "reason": REASON},
        headers=HTMX,
    )
    assert answer.status_code == 200
    stored = Withdrawal.objects.get()
    assert (stored.channel, stored.received_on, stored.reason) == ("letter", received_on, REASON)
    assert stored.recorded_by.username == "advisor"
    assert stored.recorded_at.date() == timezone.now().date()
    page = answer.content.decode()
    assert "data-withdrawn" in page
    assert 'action="/cases/' + case.reference + '/decide/"' not in page
    assert not Case.objects.pending().exists()
    assert not Claim.objects.active().exists()
    event = AuditEvent.objects.get(action="withdrawal")
    assert (event.details["previous"], event.details["new"]) == ("pending", "withdrawn")
    assert "elsewhere" not in str(event.details)
    assert not audit.verify()


def test_a_withdrawn_case_is_in_no_queue_and_counts_neither_as_accepted_nor_as_refused(case_of, person):
    for outcome in ("accept", "refuse"):
        decided(assessed(case_of("advisor")), outcome)
    gone = assessed(case_of("advisor"))
    withdraw(gone, person("advisor"))
    manager = person("manager")
    matches = {
        name: set(CaseFilter(query, user=manager).qs)
        for name, query in {
            "withdrawn": {"status": "withdrawn"},
            "outcome": {"outcome": "withdrawn"},
            "decided": {"status": "decided"},
            "pending": {"status": "pending"},
            "refused": {"outcome": "refuse"},
            "to_decide": {"queue": "to_decide"},
            "unclaimed": {"queue": "unclaimed"},
        }.items()
    }
    assert matches["withdrawn"] == matches["outcome"] == {gone}
    for name in ("decided", "pending", "refused", "to_decide", "unclaimed"):
        assert gone not in matches[name], name
    assert DecisionCounts.of(Case.objects.all()).closed == 2
    assert len(scored_columns(Selection())) == 2


def test_the_portfolio_has_a_row_of_its_own(client_as, model_in_use, case, person):
    withdraw(case, person("advisor"))
    page = client_as("manager").get(reverse("portfolio_totals")).context["page"]
    assert page.stages == {"pending": 0, "withdrawn": 1, "waiting": 0, "accept": 0, "refuse": 0}
    assert [load.pending for load in page.workloads] == [0]


def test_the_export_says_withdrawn_beside_the_newest_assessment(client_as, case, person):
    assessed(case, 0.2, "refuse")
    withdraw(case, person("advisor"))
    answer = client_as("manager").get(reverse("case_export"))
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["outcome"] for row in rows] == ["", "withdrawn"]
    assert (rows[1]["decided_by"], rows[1]["reason"], rows[1]["is_override"]) == ("advisor", REASON, "")
    assert rows[1]["probability"] == "0.2"


def test_nobody_decides_claims_corrects_or_writes_a_refusal_any_more(case, person, client_as, model_in_use):
    advisor = person("advisor")
    withdraw(case, advisor)
    assert case.latest_assessment
    with pytest.raises(DecisionRefused, match="Withdrawn by the client"):
        services.decide(case=case, assessment=case.latest_assessment, outcome="accept", by=advisor)
    with pytest.raises(ActRefused, match="Withdrawn by the client"):
        services.claim(case=case, by=advisor)
    with pytest.raises(ActRefused, match="Withdrawn by the client"):
        withdraw(case, advisor)
    assert services.refusal_to_correct(case, advisor)
    with pytest.raises(ActRefused, match="Withdrawn by the client"):
        services.assign(case=case, to=person("colleague"), by=person("manager"))
    assert client_as("advisor").get(reverse("case_letter", args=[case.reference])).status_code == 409
    assert not Letter.objects.exists()
    assert not Decision.objects.exists()


def test_a_client_withdraws_while_a_proposal_waits_and_nothing_is_checked_any_more(
    client_as, model_in_use, case, person
):
    proposal, checker = decided(case, "refuse", status="proposed").decisions.get(), person("manager")
    browser = client_as("advisor")
    assert f'action="{reverse("case_withdraw", args=[case.reference])}"' in case_page(browser, case)
    assert Case.objects.waiting().exists()
    withdraw(case, person("advisor"))
    proposal.refresh_from_db()
    assert (proposal.status, proposal.checked_by) == ("lapsed", None)
    assert not Case.objects.waiting().exists()
    assert Notification.objects.filter(kind="withdrawn", recipient=checker).count() == 1
    event = AuditEvent.objects.get(action="withdrawal")
    assert (event.details["previous"], event.details["new"]) == ("proposed", "withdrawn")
    assert not audit.verify()
    page = case_page(browser, case)
    assert "data-withdrawn" in page
    with pytest.raises(DecisionRefused, match="nothing to check any more"):
        services.check_decision(decision=proposal, approve=True, reason=REASON, by=checker)
    with pytest.raises(ActRefused, match="Withdrawn by the client"):
        withdraw(case, person("advisor"))


def test_a_case_whose_proposal_ended_by_a_withdrawal_is_decided_anew_once_it_is_open_again(case, person):
    first = decided(case, "refuse").decisions.get()
    services.reopen(case=case, reason="The payslips have come.", by=person("manager"))
    case.refresh_from_db()
    Decision.objects.create(
        case=case, assessment=case.latest_assessment, outcome="accept", status="proposed",
        is_override=False, decided_by=person("colleague"), replaces=first,
    )  # fmt: skip
    withdraw(case, person("advisor"))
    services.reopen(case=case, reason="The client has come back.", by=person("manager"))
    case.refresh_from_db()
    last = Decision.objects.create(
        case=case, assessment=case.latest_assessment, outcome="refuse", status="final",
        is_override=False, decided_by=person("advisor"), replaces=first,
    )  # fmt: skip
    assert list(case.decisions.values_list("status", flat=True)) == ["replaced", "lapsed", "final"]
    assert case.decisions.standing().get() == last


def test_the_outcome_of_a_contest_that_waits_for_its_check_is_not_withdrawn(case, person):
    decision = decided(case, "refuse").decisions.get()
    contest = services.contest(
        case=case, client_statement="My income is another.", received_on=timezone.localdate(),
        by=person("advisor"),
    )  # fmt: skip
    Decision.objects.filter(pk=decision.pk).update(status="replaced")
    change = Decision.objects.create(
        case=case, assessment=decision.assessment, outcome="accept", status="proposed",
        is_override=False, decided_by=person("manager"), replaces=decision,
    )  # fmt: skip
    contest.outcome, contest.new_decision, contest.reviewer = "changed", change, person("manager")
    contest.justification, contest.closed_at = "The income is documented.", timezone.now()
    contest.save()
    with pytest.raises(ActRefused, match="Already decided"):
        withdraw(case, person("advisor"))
    assert not Withdrawal.objects.exists()


def test_a_decided_case_is_not_withdrawn(case_of, person):
    closed = decided(assessed(case_of("advisor")), "refuse")
    with pytest.raises(ActRefused, match="Already decided"):
        withdraw(closed, person("advisor"))
    for status in ("final", "proposed"):
        closed = decided(assessed(case_of("advisor")), "refuse", status=status)
        with pytest.raises(DatabaseError, match="not withdrawn"), transaction.atomic():
            Withdrawal.objects.create(
                case=closed, channel="phone", received_on=timezone.localdate(), recorded_by=person("advisor")
            )
    assert not Withdrawal.objects.exists()


def test_the_database_refuses_a_decision_on_a_withdrawn_case_a_second_withdrawal_and_a_rewriting(
    case, person
):
    withdrawal = withdraw(case, person("advisor"))
    with pytest.raises(DatabaseError, match="withdrawn"), transaction.atomic():
        decided(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.create(
            case=case, channel="phone", received_on=timezone.localdate(), recorded_by=person("advisor")
        )
    for change in ("UPDATE creditdesk_withdrawal SET channel = 'email'", "DELETE FROM creditdesk_withdrawal"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert Withdrawal.objects.get() == withdrawal
    assert not Decision.objects.exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_is_after_the_application_and_not_in_the_future(case, person, days):
    day = timezone.localdate(case.submitted_at + timedelta(days=days))
    with pytest.raises(ActRefused, match="withdraws after the application"):
        withdraw(case, person("advisor"), received_on=day)


def test_a_foreign_case_is_withdrawn_by_nobody_and_a_case_only_by_who_works_on_it(case, person):
    with pytest.raises(PermissionDenied):
        withdraw(case, person("colleague"))
    for name in ("auditor", "analyst", "admin"):
        with pytest.raises(PermissionDenied):
            withdraw(case, person(name))
    assert not Withdrawal.objects.exists()


def test_a_withdrawal_is_recorded_while_a_colleague_works_on_the_case_who_is_notified(
    client_as, model_in_use, case, person
):
    services.share(case=case, by=person("advisor"))
    services.claim(case=case, by=person("colleague"))
    browser = client_as("advisor")
    page = case_page(browser, case)
    assert "colleague works on this case: the claim ends, and colleague is notified." in page
    assert "Pass on, put aside or withdraw" not in page
    posted = {"channel": "phone", "received_on": timezone.localdate().isoformat()}
    address = reverse("case_withdraw", args=[case.reference])
    assert browser.post(address, posted, headers=HTMX).status_code == 200
    claim = Claim.objects.get()
    assert (claim.released_by, claim.held_by) == (person("advisor"), person("colleague"))
    assert Withdrawal.objects.get().recorded_by == person("advisor")
    assert Notification.objects.get(kind="withdrawn").recipient == person("colleague")
    event = AuditEvent.objects.get(action="withdrawal")
    assert event.details["claimed_by"] == "colleague"
    assert not audit.verify()
    case.refresh_from_db()
    with pytest.raises(DecisionRefused, match="Withdrawn by the client"):
        services.decide(
            case=case, assessment=case.latest_assessment, outcome="accept", by=person("colleague")
        )


def test_a_withdrawal_leaves_a_question_to_a_manager_as_it_is_and_notifies_the_managers(
    client_as, model_in_use, case, person
):
    manager = person("manager")
    question = services.escalate(case=case, reason="The income is unusual.", by=person("advisor"))
    assert f'action="{reverse("case_withdraw", args=[case.reference])}"' in case_page(
        client_as("advisor"), case
    )
    withdraw(case, person("advisor"))
    assert Notification.objects.get(kind="withdrawn").recipient == manager
    assert not Case.objects.to_decide_by(manager).exists()
    services.reopen(case=case, reason="The client has come back.", by=manager)
    question.refresh_from_db()
    assert question.answered_at is None
    assert list(Case.objects.to_decide_by(manager)) == [case]


def test_who_referred_a_case_is_notified_of_its_withdrawal(case, person):
    assert case.latest_assessment
    services.decide(
        case=case, assessment=case.latest_assessment, outcome="refer", by=person("advisor"),
        reason_code="other", reason="I know this client.", refer_to=person("colleague"),
    )  # fmt: skip
    withdraw(case, person("colleague"))
    assert Notification.objects.get(kind="withdrawn").recipient == person("advisor")


def test_the_advisor_is_notified_when_somebody_else_records_it(case, person):
    withdraw(case, person("manager"), reason="")
    notification = Notification.objects.get()
    assert (notification.recipient.username, notification.kind) == ("advisor", "withdrawn")


def test_a_withdrawn_application_is_kept_as_long_as_the_table_says(case, person, settings):
    withdraw(case, person("advisor"))
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "withdrawn": 10, "undecided": 1}
    Case.objects.update(submitted_at=timezone.now() - timedelta(days=5))
    assert what_is_due().clients == ()
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "withdrawn": 0}
    assert what_is_due().clients == (case.client_id,)
