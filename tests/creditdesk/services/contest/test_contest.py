"""A contested decision is reviewed by another person, in time, with a justification."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Contest, Decision
from creditdesk.pages.portfolio.counts import ContestCounts
from creditdesk.services import ActRefused
from tests.creditdesk.services.contest.words import JUSTIFICATION, STATEMENT
from tests.factories import assessed, corrected, decided
from tests.html import HTMX
from tests.triggers import REFUSED, triggers_off

pytestmark = pytest.mark.django_db


def post(browser, page, case, **data):
    return browser.post(reverse(page, args=[case.reference]), data, headers=HTMX)


def change(contest, by, **more):
    answers = {"outcome": "changed", "justification": JUSTIFICATION, "reason_code": "data", **more}
    return services.review(contest=contest, by=by, **answers)


def test_the_client_statement_is_stored_with_a_deadline(client_as, model_in_use, case, settings):
    settings.CONTEST_DAYS = 21
    today = timezone.localdate()
    page = post(
        client_as("advisor"), "case_contest", case, client_statement=STATEMENT, received_on=today.isoformat()
    )
    stored = Contest.objects.get()
    assert (stored.client_statement, stored.received_on, stored.due_on) == (
        STATEMENT,
        today,
        today + timedelta(days=21),
    )
    assert stored.decision == case.decisions.get()
    text = page.content.decode()
    assert "&lt;b&gt;here&lt;/b&gt;" in text
    assert reverse("case_past", args=[case.reference, stored.decision.assessment_id]) in text
    event = AuditEvent.objects.get(action="contest")
    assert (event.details["previous"], event.details["new"]) == ("refuse", "contested")
    assert "certificate" not in str(event.details)


def test_an_upheld_decision_stands_with_the_reviewers_justification(
    client_as, model_in_use, case, contest, person
):
    browser = client_as("manager")
    page = post(
        browser, "case_examine", case, contest=contest.pk, result="upheld", justification=JUSTIFICATION
    )
    assert page.status_code == 200
    stored = Contest.objects.get()
    assert (stored.outcome, stored.justification, stored.reviewer) == (
        "upheld",
        JUSTIFICATION,
        person("manager"),
    )
    assert case.decisions.get().status == "final"


def test_a_changed_decision_replaces_the_first_which_stays_in_the_history(
    client_as, model_in_use, case, contest
):
    post(
        client_as("manager"), "case_examine", case,
        contest=contest.pk, result="changed", change_code="data", justification=JUSTIFICATION,
    )  # fmt: skip
    old, new = Decision.objects.order_by("pk")
    assert (old.outcome, old.status, old.decided_by.username) == ("refuse", "replaced", "advisor")
    assert (new.outcome, new.status, new.decided_by.username) == ("accept", "final", "manager")
    assert new.replaces == old
    assert Contest.objects.get().new_decision == new
    event = AuditEvent.objects.get(action="contest_examined")
    assert (event.details["previous"], event.details["new"]) == ("refuse", "accept")
    assert case.decisions.standing().get() == new


def test_a_changed_decision_is_on_the_newest_assessment(case, contest, person):
    first = case.latest_assessment
    newest = assessed(case, 0.04).latest_assessment
    new = change(contest, person("manager")).new_decision
    assert (new.assessment, new.is_override) == (newest, False)
    assert new.replaces.assessment == first


def test_the_person_who_decided_cannot_review(client_as, model_in_use, case_of, person):
    case = decided(case_of("manager"), "accept")
    contest = services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=person("manager")
    )
    page = post(
        client_as("manager"),
        "case_examine",
        case,
        contest=contest.pk,
        result="upheld",
        justification=JUSTIFICATION,
    )
    assert page.status_code == 409
    assert "another person" in page.content.decode()
    assert Contest.objects.get().closed_at is None


@pytest.mark.parametrize(
    ("role", "constraint"),
    [
        ("decided_by", "examiner_is_another"),
        ("checked_by", "examiner_is_another"),
        ("opened_by", "recorder_does_not_examine"),
    ],
)
def test_the_database_itself_requires_another_reviewer(contest, person, role, constraint):
    with triggers_off():
        Contest.objects.filter(pk=contest.pk).update(**{role: person("manager")})
    reviewed = Contest.objects.get(pk=contest.pk)
    reviewed.reviewer, reviewed.outcome = person("manager"), "upheld"
    reviewed.justification, reviewed.closed_at = JUSTIFICATION, timezone.now()
    with pytest.raises(IntegrityError, match=constraint):
        reviewed.save()


def test_one_manager_does_not_record_a_contest_and_change_the_decision(case, person):
    own = services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=person("manager")
    )
    for outcome in ("changed", "upheld"):
        with pytest.raises(ActRefused, match="another person has to examine"):
            services.review(
                contest=own,
                outcome=outcome,
                justification=JUSTIFICATION,
                reason_code="data",
                by=person("manager"),
            )
    stored = Contest.objects.get()
    assert (stored.closed_at, stored.decision.status) == (None, "final")


def test_a_decision_is_contested_once_at_a_time(case, contest, person):
    with pytest.raises(ActRefused, match="already"):
        services.contest(
            case=case, client_statement="Again", received_on=timezone.localdate(), by=person("advisor")
        )
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        Contest.objects.all().delete()
    assert Contest.objects.count() == 1


@pytest.mark.parametrize(("outcome", "status"), [(None, None), ("refer", "final"), ("accept", "proposed")])
def test_only_a_final_decision_can_be_contested(client_as, model_in_use, case_of, outcome, status):
    case = assessed(case_of("advisor"))
    if outcome:
        decided(case, outcome, status)
    today = timezone.localdate().isoformat()
    page = post(client_as("advisor"), "case_contest", case, client_statement=STATEMENT, received_on=today)
    assert page.status_code == 409
    assert "no final decision to contest" in page.content.decode()
    assert not Contest.objects.exists()


@pytest.mark.parametrize(
    ("statement", "days", "message"),
    [
        ("", 0, "This field is required"),
        ("  \n ", 0, "This field is required"),
        ("x" * 4001, 0, "at most 4000 characters"),
        (STATEMENT, 1, "in the future"),
        (STATEMENT, -1, "before the decision"),
    ],
)
def test_invalid_statements_and_days_are_refused_at_their_field(
    client_as, model_in_use, case, statement, days, message
):
    day = timezone.localdate() + timedelta(days=days)
    page = post(
        client_as("advisor"), "case_contest", case, client_statement=statement, received_on=day.isoformat()
    )
    assert page.status_code == 422
    assert message in page.content.decode()
    assert not Contest.objects.exists()


def test_a_change_without_a_reason_is_refused(client_as, model_in_use, case, contest):
    page = post(
        client_as("manager"),
        "case_examine",
        case,
        contest=contest.pk,
        result="changed",
        justification=JUSTIFICATION,
    )
    assert page.status_code == 422
    assert "A changed decision needs a reason" in page.content.decode()
    assert Contest.objects.get().closed_at is None


def test_an_answered_contest_is_not_answered_again(contest, person):
    services.review(contest=contest, outcome="upheld", justification=JUSTIFICATION, by=person("manager"))
    with pytest.raises(ActRefused, match="already"):
        change(contest, person("manager"))
    assert Decision.objects.count() == 1


def test_a_new_decision_can_be_contested_in_its_turn(case, contest, person):
    change(contest, person("manager"))
    second = services.contest(
        case=case, client_statement="And now?", received_on=timezone.localdate(), by=person("advisor")
    )
    assert second.decided_by == person("manager")


def test_the_portfolio_counts_late_and_overturned(client_as, case, contest, person):
    late = timezone.localdate() - timedelta(days=1)
    with triggers_off():
        Contest.objects.filter(pk=contest.pk).update(received_on=late, due_on=late)
    assert ContestCounts.of(Case.objects.all()) == ContestCounts(waiting=1, late=1, reviewed=0, overturned=0)
    change(Contest.objects.get(), person("manager"))
    after = ContestCounts.of(Case.objects.all())
    assert (after.waiting, after.late, after.reviewed, after.overturned) == (0, 0, 1, 1)
    assert after.overturn_rate == 1.0
    assert 'data-overturned="1"' in client_as("manager").get("/portfolio/totals/").content.decode()


@pytest.mark.parametrize("name", ["admin", "analyst", "auditor"])
def test_only_advisors_and_managers_record_a_contest(case, person, name):
    with pytest.raises(PermissionDenied):
        services.contest(
            case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=person(name)
        )


@pytest.mark.parametrize("name", ["advisor", "admin", "analyst", "auditor"])
def test_only_a_manager_reviews(contest, person, name):
    with pytest.raises(PermissionDenied):
        change(contest, person(name))


def test_the_original_assessment_is_shown_as_it_was(client_as, model_in_use, case_of, person):
    case = case_of("advisor", name="Zoé O’Brien")
    first = services.assess(case=case, by=person("advisor"))
    corrected(case, AMT_INCOME_TOTAL=1_000_000.0)
    page = client_as("advisor").get(reverse("case_past", args=[case.reference, first.pk])).content.decode()
    assert "202,500" in page
    assert "1,000,000" not in page
    assert f'data-verdict="{first.verdict}"' in page
    assert f'data-probability="{first.probability!r}"' in page
    assert "data has changed since" in page


def test_the_assessment_of_another_case_does_not_exist(client_as, model_in_use, case_of, person):
    case, other = case_of("advisor"), case_of("colleague")
    foreign = services.assess(case=other, by=person("colleague"))
    page = client_as("advisor").get(reverse("case_past", args=[case.reference, foreign.pk]))
    assert page.status_code == 404
    assert "creditdesk/snapshot.html" not in [template.name for template in page.templates]
