"""A policy: proposed by one person, published by another, never changed, named by its decisions."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.audit import coverage
from accounts.audit.verification import RowsBroken, walk_rows
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Decision
from creditdesk.monitoring.replay import differences
from creditdesk.services.policy import (
    propose_policy,
    publish_policy,
    reject_policy,
    withdraw_policy,
)
from scoring import engine, policies
from scoring.ml.model.verdict import Thresholds
from scoring.models import Policy, policy_as_of
from tests.creditdesk.policies import WHY, YES, proposed, published, terms
from tests.triggers import REFUSED, triggers_off

pytestmark = pytest.mark.django_db


def test_before_the_first_publication_the_threshold_of_the_version_is_in_force(model_in_use, case_of, person):
    assessment = services.assess(case=case_of("advisor"), by=person("advisor"))
    stored = Assessment.objects.get(pk=assessment.pk)
    assert policies.in_force() is None
    assert policies.thresholds_of(engine.current(), None) == Thresholds.single(engine.current().threshold)
    assert (stored.policy, stored.threshold) == (None, engine.current().threshold)


def test_two_people_put_a_policy_in_force_and_the_log_seals_it(person):
    people = person("manager"), person("admin")
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    policy = published(*people)
    stored = Policy.objects.get(pk=policy.pk)
    assert (stored.version, stored.status, stored.answer_reason) == (1, "published", YES)
    assert (stored.proposed_by, stored.answered_by) == (person("manager"), person("admin"))
    in_force = policies.in_force()
    assert in_force
    assert in_force.thresholds == Thresholds(0.05, 0.2)
    events = AuditEvent.objects.filter(action__startswith="policy_").order_by("sequence")
    assert list(events.values_list("action", "actor")) == [
        ("policy_proposed", "manager"),
        ("policy_published", "admin"),
    ]
    assert str(policy.pk) in events[1].details["rows"]["scoring_policy"]
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE scoring_policy SET refuse_from = 0.9")
    with pytest.raises(RowsBroken, match=f"row {policy.pk} of scoring_policy: it was changed"):
        walk_rows()


def test_a_proposal_sent_twice_is_one_and_another_is_another(person):
    first = proposed(person("manager"))
    assert proposed(person("manager")) == first
    assert AuditEvent.objects.filter(action="policy_proposed").count() == 1
    assert proposed(person("manager"), accept_below=0.04) != first
    reject_policy(policy=first, reason=YES, by=person("admin"))
    assert proposed(person("manager")) != first


def test_nobody_publishes_or_rejects_their_own_proposal(person):
    policy = proposed(person("manager"))
    for answer in (publish_policy, reject_policy):
        with pytest.raises(services.ActRefused, match="another person"):
            answer(policy=policy, reason=YES, by=person("manager"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(
            status="published",
            version=1,
            answered_by=person("manager"),
            answered_at=timezone.now(),
            answer_reason=YES,
        )
    assert Policy.objects.get().status == "proposed"


@pytest.mark.parametrize("name", ["advisor", "analyst", "auditor", "admin"])
def test_only_managers_propose(person, name):
    with pytest.raises(PermissionDenied):
        propose_policy(terms=terms(), based_on=None, reason=WHY, by=person(name))
    assert not Policy.objects.exists()


@pytest.mark.parametrize("name", ["advisor", "analyst", "auditor"])
def test_who_reads_policies_does_not_publish_them(person, name):
    policy = proposed(person("manager"))
    with pytest.raises(PermissionDenied):
        publish_policy(policy=policy, reason=YES, by=person(name))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cost_fn": 0.0}, "above 0"),
        ({"cost_fp": -1.0}, "above 0"),
        ({"accept_below": 0.3, "refuse_from": 0.2}, "Refuse at or above"),
        ({"refuse_from": 1.01}, "Refuse at or above"),
        ({"accept_below": 0.0, "refuse_from": 1.0}, "refers every case"),
        ({"second_person_above": Decimal(-1)}, "negative"),
        ({"threshold_rule": "pooled"}, "no threshold by this rule"),
    ],
)
def test_senseless_terms_are_refused(person, changes, message):
    with pytest.raises(services.ActRefused, match=message):
        proposed(person("manager"), **changes)
    assert not Policy.objects.exists()
    assert not AuditEvent.objects.filter(action="policy_proposed").exists()


def test_a_short_reason_is_refused(person):
    with pytest.raises(services.ActRefused, match="at least 20"):
        propose_policy(terms=terms(), based_on=None, reason="Because.", by=person("manager"))
    with pytest.raises(services.ActRefused, match="at least 20"):
        publish_policy(policy=proposed(person("manager")), reason="Yes.", by=person("admin"))


def test_a_band_that_refers_everybody_needs_to_be_confirmed(person):
    policy = proposed(person("manager"), accept_below=0.0, refuse_from=1.0, refers_everybody=True)
    assert Policy.objects.get(pk=policy.pk).refers_everybody


def test_a_band_that_nobody_of_late_escapes_needs_to_be_confirmed(model_in_use, case_of, person, monkeypatch):
    monkeypatch.setattr("creditdesk.services.policy.MIN_MEASURED", 2)
    scored = [services.assess(case=case_of("advisor"), by=person("advisor")) for _ in range(2)]
    assert all(assessment.probability is not None for assessment in scored)
    low = min(assessment.probability for assessment in scored if assessment.probability is not None)
    wide = {"accept_below": low / 2, "refuse_from": 1.0}
    with pytest.raises(services.ActRefused, match="refers every case"):
        proposed(person("manager"), **wide)
    assert proposed(person("manager"), **wide, refers_everybody=True).pk


@pytest.mark.parametrize(
    "change",
    [
        "cost_fn = 0",
        "cost_fp = -2",
        "accept_below = 0.5",
        "refuse_from = 1.5",
        "accept_below = 0, refuse_from = 1",
        "second_person_above = -1",
        "reason = 'short'",
        "version = 4",
    ],
)
def test_the_database_refuses_senseless_terms_too(person, change):
    policy = proposed(person("manager"))
    with (
        triggers_off(),
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE scoring_policy SET {change} WHERE id = {policy.pk}")


@pytest.mark.parametrize("is_published", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE scoring_policy SET refuse_from = 0.3",
        "UPDATE scoring_policy SET second_person_above = 1",
        "UPDATE scoring_policy SET proposed_by_id = proposed_by_id + 1",
        "DELETE FROM scoring_policy",
    ],
)
def test_the_database_lets_nobody_change_what_was_proposed(person, statement, is_published):
    published(person("manager"), person("admin")) if is_published else proposed(person("manager"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("column", ["status = 'proposed'", "version = 9", "answer_reason = 'x'"])
def test_the_database_lets_nobody_change_an_answer(person, column):
    published(person("manager"), person("admin"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE scoring_policy SET {column}")


def test_an_answer_is_given_once(person):
    policy = published(person("manager"), person("admin"))
    with pytest.raises(services.ActRefused, match="already been answered"):
        reject_policy(policy=policy, reason=YES, by=person("admin"))


def test_a_proposer_takes_the_own_proposal_back(person):
    policy = proposed(person("manager"))
    with pytest.raises(PermissionDenied):
        withdraw_policy(policy=policy, by=person("admin"))
    withdraw_policy(policy=policy, by=person("manager"))
    assert Policy.objects.get().status == "withdrawn"
    with pytest.raises(services.ActRefused, match="already been answered"):
        publish_policy(policy=policy, reason=YES, by=person("admin"))


def test_a_proposal_compared_with_another_policy_is_refused_with_the_reason(person):
    early = proposed(person("manager"), refuse_from=0.3)
    published(person("manager"), person("admin"))
    with pytest.raises(services.ActRefused, match="Policy 1 has come into force meanwhile"):
        publish_policy(policy=early, reason=YES, by=person("admin"))
    assert Policy.objects.get(pk=early.pk).status == "proposed"
    with pytest.raises(services.ActRefused, match="Policy 1 has come into force meanwhile"):
        propose_policy(terms=terms(), based_on=None, reason=WHY, by=person("manager"))


def test_the_policy_of_a_day_is_found_years_later(person):
    before = timezone.now()
    first = published(person("manager"), person("admin"))
    between = timezone.now()
    second = published(person("manager"), person("admin"), refuse_from=0.3)
    assert (first.version, second.version) == (1, 2)
    assert policy_as_of(before - timedelta(seconds=1)) is None
    assert policy_as_of(between) == first
    assert policy_as_of(timezone.now()) == second == policies.in_force()


def test_a_verdict_follows_the_policy_and_names_it_and_earlier_ones_keep_theirs(
    model_in_use, case_of, person
):
    case = case_of("advisor")
    before = services.assess(case=case, by=person("advisor"))
    assert before.probability
    policy = published(
        person("manager"),
        person("admin"),
        accept_below=before.probability / 2,
        refuse_from=before.probability * 1.5,
    )
    assert services.standing_assessment(case) is None
    after = Assessment.objects.get(pk=services.assess(case=case, by=person("advisor")).pk)
    assert (after.verdict, after.policy, after.threshold) == ("refer", policy, policy.refuse_from)
    assert after.refer_reason.startswith("policy 1 refers from ")
    earlier = Assessment.objects.get(pk=before.pk)
    assert (earlier.policy, earlier.threshold) == (None, engine.current().threshold)
    event = AuditEvent.objects.filter(action="assessment").latest("sequence")
    assert event.details["policy"] == 1


def test_a_replay_judges_each_assessment_by_its_own_policy(model_in_use, case_of, person):
    case = case_of("advisor")
    first = services.assess(case=case, by=person("advisor"))
    assert first.probability
    for low, high in ((0.5, 1.5), (0.1, 0.5), (2.0, 2.0)):
        published(
            person("manager"),
            person("admin"),
            accept_below=first.probability * low,
            refuse_from=min(first.probability * high, 1.0),
        )
        services.assess(case=case, by=person("advisor"))
    verdicts = Assessment.objects.order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts)[1:] == ["refer", "refuse", "accept"]
    assert list(differences(Assessment.objects.all())) == []
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_assessment SET policy_id = NULL WHERE verdict = 'refer'")
    assert [item.what for item in differences(Assessment.objects.all())] != []


@pytest.mark.parametrize(("limit", "status"), [(Decimal(1), "proposed"), (Decimal(10**9), "final")])
def test_a_decision_takes_two_people_by_the_policy_of_its_day(
    model_in_use, case_of, person, settings, limit, status
):
    settings.SECOND_PERSON_ABOVE = 500_000.0
    case = case_of("advisor")
    policy = published(
        person("manager"),
        person("admin"),
        accept_below=0.0,
        refuse_from=0.0,
        second_person_above=limit,
    )
    assessment = services.assess(case=case, by=person("advisor"))
    services.decide(
        case=case,
        assessment=assessment,
        outcome="accept",
        by=person("advisor"),
        reason_code="guarantee",
        reason="A guarantee of the employer.",
    )
    stored = Decision.objects.get()
    assert (stored.status, stored.policy) == (status, policy)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_decision SET policy_id = NULL")
