"""A decision changed after a contest: what it rests on, who checks it, and who reads of it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from creditdesk import services
from creditdesk.models import Assessment, Case, Contest, Notification
from tests.creditdesk.policies import published
from tests.creditdesk.services.contest.words import JUSTIFICATION, STATEMENT
from tests.factories import UserFactory, assessed, decided
from tests.html import HTMX, case_page, plain_text

pytestmark = pytest.mark.django_db


def change(contest, by):
    return services.review(
        contest=contest, outcome="changed", justification=JUSTIFICATION, reason_code="data", by=by
    )


def test_the_history_says_in_french_what_a_contest_changed(client_as, case, contest, person):
    change(contest, person("manager"))
    html = case_page(client_as("manager"), case, "history/", **{"Accept-Language": "fr"})
    assert "décision modifiée · refusé → accepté" in plain_text(html)


def test_a_change_accepts_nobody_whose_budget_the_rule_in_force_does_not_know(
    client_as, case, contest, person, model_in_use
):
    """A refused case keeps the assessment of a policy that had no rule of affordability."""
    published(person("manager"), person("admin"), affordability_rule="fr-1")
    answers = {"result": "changed", "justification": JUSTIFICATION, "change_code": "data"}
    answer = client_as("manager").post(
        reverse("case_examine", args=[case.reference]), {"contest": contest.pk, **answers}, headers=HTMX
    )
    assert answer.status_code == 409
    assert "Nobody accepts without the client&#x27;s charges: open the case again" in answer.content.decode()
    assert (case.decisions.get().status, case.decisions.get().outcome) == ("final", "refuse")
    contest.refresh_from_db()
    assert contest.closed_at is None
    services.review(contest=contest, outcome="reopen", justification=JUSTIFICATION, by=person("manager"))
    assert Assessment.objects.filter(case=case).latest("pk").affordability_outcome == "missing"


def test_a_change_that_a_second_person_rejects_leaves_the_first_decision_standing(case_of, person):
    case = decided(assessed(case_of("advisor", amount_credit=900_000), 0.3, "refuse"), "refuse")
    today = timezone.localdate()
    contest = services.contest(case=case, client_statement=STATEMENT, received_on=today, by=person("advisor"))
    proposed = change(contest, person("manager")).new_decision
    assert proposed.status == "proposed"
    second = person("auditor")
    second.role = "manager"
    second.save()
    services.check_decision(decision=proposed, approve=False, reason=JUSTIFICATION, by=second)
    assert case.decisions.standing().get().outcome == "refuse"
    assert Contest.objects.get().closed_at is None
    assert change(Contest.objects.get(), person("manager")).new_decision.replaces.outcome == "refuse"


def test_a_change_that_needs_a_second_person_notifies_them_and_then_who_decided_first(case_of, person):
    case = decided(assessed(case_of("advisor", amount_credit=900_000), 0.3, "refuse"), "refuse")
    Case.objects.filter(pk=case.pk).update(advisor=person("colleague"))
    first, manager, second = person("advisor"), person("manager"), UserFactory(role="manager")
    contest = services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=person("colleague")
    )
    proposed = change(contest, manager).new_decision
    after_review = Notification.objects.filter(kind__in=["decided", "second_opinion"])
    assert [(row.kind, row.recipient) for row in after_review] == [("second_opinion", second)]
    services.check_decision(decision=proposed, approve=True, reason=JUSTIFICATION, by=second)
    notified = Notification.objects.filter(kind="decided").values_list("recipient", flat=True)
    assert set(notified) == {first.pk, person("colleague").pk, manager.pk}
