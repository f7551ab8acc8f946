"""Blind opinions: drawn by a key that an auditor can use again, stored before the decision, never changed."""

from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.audit import Action, coverage
from accounts.audit.verification import walk_rows
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.blind_draws import is_drawn
from creditdesk.models import BlindDraw, BlindOpinion, Case, Decision, ReasonsReading
from creditdesk.services import ActRefused, DecisionRefused
from tests.creditdesk.blind import assessed_blind
from tests.triggers import REFUSED, triggers_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of, person, model_in_use, settings) -> Case:
    return assessed_blind(case_of("advisor"), settings, person("advisor"))


def test_the_share_of_cases_is_drawn_and_a_larger_share_draws_the_same_and_more():
    references = [str(number) for number in range(100_001, 110_001)]
    few, many = (
        {reference for reference in references if is_drawn(reference, share, "key")} for share in (0.05, 0.2)
    )
    assert few < many
    # Four standard errors of a draw of 10,000.
    assert abs(len(few) - 500) < 4 * (10_000 * 0.05 * 0.95) ** 0.5
    other = {reference for reference in references if is_drawn(reference, 0.05, "another key")}
    assert len(few & other) < 60
    assert not any(is_drawn(reference, 0.0, "key") for reference in references)
    assert all(is_drawn(reference, 1.0, "key") for reference in references)


def test_the_first_assessment_draws_and_a_later_one_does_not(case_of, person, model_in_use, settings):
    early, late = case_of("advisor"), case_of("advisor")
    services.assess(case=early, by=person("advisor"))
    settings.BLIND_SHARE = 1.0
    services.assess(case=early, by=person("advisor"))
    services.assess(case=late, by=person("advisor"))
    assert list(BlindDraw.objects.values_list("case", flat=True)) == [late.pk]
    event = AuditEvent.objects.filter(action=Action.ASSESSMENT).order_by("sequence").last()
    assert event
    assert event.details["blind"]["drawn"] == [late.reference]
    assert event.details["blind"]["share"] == 1.0


def test_an_auditor_repeats_every_draw_from_the_key(case_of, person, model_in_use, settings):
    settings.BLIND_SHARE = 0.5
    for _ in range(20):
        services.assess(case=case_of("advisor"), by=person("advisor"))
    assert 0 < BlindDraw.objects.count() < 20
    out = StringIO()
    call_command("verify_blind_draws", stdout=out)
    assert "20 cases" in out.getvalue()
    gone = BlindDraw.objects.earliest("pk")
    with triggers_off():
        BlindDraw.objects.filter(pk=gone.pk)._raw_delete("default")
    with pytest.raises(CommandError, match=gone.case.reference):
        call_command("verify_blind_draws", stdout=out)


def test_nobody_decides_before_their_opinion_and_both_stand_in_the_chain(case, person):
    advisor, assessment = person("advisor"), case.latest_assessment
    with transaction.atomic():
        coverage.seal_again(["accounts_user", "creditdesk_blinddraw"])
    with pytest.raises(DecisionRefused, match="blind opinion"):
        services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=advisor)
    services.give_opinion(case=case, outcome="refuse", by=advisor)
    services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=advisor)
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions.index(Action.BLIND_OPINION) < actions.index(Action.DECISION)
    walk_rows()
    with triggers_off():
        BlindOpinion.objects.filter(given_by=advisor)._raw_delete("default")
    with pytest.raises(Exception, match="creditdesk_blindopinion: it was removed"):
        walk_rows()


def test_an_opinion_is_given_once_by_who_does_not_see_the_verdict(case, person, case_of):
    services.give_opinion(case=case, outcome="accept", by=person("advisor"))
    with pytest.raises(ActRefused):
        services.give_opinion(case=case, outcome="refuse", by=person("advisor"))
    with pytest.raises(ActRefused):
        services.give_opinion(case=case, outcome="refuse", by=person("manager"))
    with pytest.raises(PermissionDenied):
        services.give_opinion(case=case, outcome="refuse", by=person("auditor"))
    with pytest.raises(PermissionDenied):
        services.give_opinion(case=case, outcome="refuse", by=person("colleague"))
    assert BlindOpinion.objects.values_list("outcome", flat=True).get() == "accept"


def test_the_database_refuses_an_opinion_after_the_decision_and_every_change(case, person, case_of):
    opinion = services.give_opinion(case=case, outcome="accept", by=person("advisor"))
    assessment = case.latest_assessment
    services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=person("advisor"))
    with pytest.raises(DatabaseError, match="before the decision"), transaction.atomic():
        BlindOpinion.objects.create(
            case=case, assessment=assessment, outcome="accept", given_by=person("colleague")
        )
    other = case_of("advisor")
    with pytest.raises(DatabaseError, match="drawn for one"), transaction.atomic():
        BlindOpinion.objects.create(
            case=other, assessment=assessment, outcome="accept", given_by=person("advisor")
        )
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_blindopinion SET outcome = 'refuse' WHERE id = %s", [opinion.pk])


def test_simulation_and_counterfactuals_are_refused_before_the_opinion(case, person, client_as):
    advisor = client_as("advisor")
    before = AuditEvent.objects.filter(action=Action.SIMULATION).count()
    for page in ("case_counterfactuals", "case_whatif", "case_explanation", "case_letter"):
        response = advisor.get(reverse(page, args=[case.reference]))
        assert (response.status_code, response.url) == (302, case.get_absolute_url())
    advisor.post(reverse("case_simulate", args=[case.reference]), {"AMT_CREDIT": "380000"})
    assert AuditEvent.objects.filter(action=Action.SIMULATION).count() == before


def test_who_opens_the_reasons_is_recorded_once(case, client_as, person):
    services.give_opinion(case=case, outcome="accept", by=person("advisor"))
    for name in ("advisor", "advisor", "auditor"):
        client_as(name).get(reverse("case_why", args=[case.reference]))
    assert list(ReasonsReading.objects.values_list("read_by__username", flat=True)) == ["advisor"]
    assert not Decision.objects.exists()
