"""Services refuse a case outside the person's row scope, whatever page or program calls them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import (
    Assignment,
    Claim,
    Contest,
    Decision,
    Escalation,
    Letter,
    Note,
    Scenario,
    Snooze,
)
from scoring.ml.whatif.request import translate
from tests.factories import proposed

pytestmark = pytest.mark.django_db
WRITTEN = (Assignment, Claim, Contest, Decision, Escalation, Letter, Note, Scenario, Snooze)


@pytest.fixture
def case(case_of, person, model_in_use):
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    case.refresh_from_db()
    return case


@pytest.fixture
def acts(case, person):
    """Every act of the services on a case, by whoever is given."""
    assessment = case.latest_assessment
    today = timezone.localdate()
    request = translate(case.profile.record, {"AMT_CREDIT": 300_000.0})
    return {
        "assess": lambda by: services.assess(case=case, by=by),
        "assess_in_a_batch": lambda by: services.save_assessments(
            scored=[services.score(case.profile, case=case)], standing=[], by=by, api_key="key"
        ),
        "note": lambda by: services.add_note(case=case, text="A note.", by=by),
        "claim": lambda by: services.claim(case=case, by=by),
        "release": lambda by: services.release(case=case, by=by),
        "share": lambda by: services.share(case=case, by=by),
        "snooze": lambda by: services.snooze(
            case=case, until_on=today + timedelta(days=3), reason="The payslips.", by=by
        ),
        "end_snooze": lambda by: services.end_snooze(case=case, by=by),
        "assign": lambda by: services.assign(case=case, to=person("colleague"), by=by),
        "escalate": lambda by: services.escalate(case=case, reason="Please look.", by=by),
        "decide": lambda by: services.decide(
            case=case, assessment=assessment, outcome=assessment.verdict, by=by
        ),
        "contest": lambda by: services.contest(
            case=case, client_statement="I paid.", received_on=today, by=by
        ),
        "simulate": lambda by: services.simulate(case=case, request=request, by=by),
        "save_scenario": lambda by: services.save_scenario(case=case, request=request, name="less", by=by),
    }


NAMES = (
    "assess", "assess_in_a_batch", "note", "claim", "release", "share", "escalate", "decide", "contest",
    "simulate", "save_scenario", "snooze", "end_snooze", "assign",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_colleagues_case_is_refused_and_nothing_is_written(acts, person, name):
    before = AuditEvent.objects.count()
    with pytest.raises(PermissionDenied):
        acts[name](person("colleague"))
    assert AuditEvent.objects.count() == before
    assert not any(model.objects.exists() for model in WRITTEN)


def test_a_shared_case_is_in_the_scope_of_all(case, person):
    services.share(case=case, by=person("advisor"))
    services.add_note(case=case, text="Seen.", by=person("colleague"))
    assert Note.objects.get().author == person("colleague")


def test_every_act_is_walked(acts):
    assert set(acts) == set(NAMES)


def test_the_database_refuses_a_final_decision_without_its_second_person(case, person, settings):
    settings.SECOND_PERSON_ABOVE = 1.0
    assessment = services.assess(case=case, by=person("advisor"))
    if assessment.verdict == "accept":
        pytest.skip("the model accepts this client")
    decision = proposed(assessment, person("advisor"))
    assert Decision.objects.get().needs_checker
    with pytest.raises(IntegrityError, match="final_has_checker"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(status="final")
    services.check_decision(decision=decision, approve=True, reason="Surety checked.", by=person("manager"))
    assert Decision.objects.get().status == "final"
