import numpy as np
import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Profile, profile_digest
from scoring import engine
from scoring.ml.features.frames import columns_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of):
    return case_of("advisor")


def stored(case) -> Assessment:
    return Assessment.objects.get(case=case)


def test_an_assessment_says_everything_that_a_replay_needs(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    model = engine.current()
    matrix = model.matrix(columns_of([{**row.inputs["application"], **row.inputs["history"]}]))
    parts = model.contributions(matrix)
    assert row.probability == model.score(matrix).probability[0]
    assert row.features == matrix[0].astype("<f8").tobytes()
    assert row.contributions == parts.values[0].astype("<f8").tobytes()
    assert (row.model_version, row.model_digest) == ("tiny-1", model.digest)
    assert row.threshold == model.threshold
    assert row.assessed_by == person("advisor")


def test_base_and_contributions_make_the_score(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    explained = row.feature_contributions()
    assert row.base_value is not None
    raw = row.base_value + sum(one.contribution for one in explained)
    assert engine.current().calibration.probability(np.array([raw]))[0] == pytest.approx(
        row.probability, abs=1e-12
    )
    assert [abs(one.contribution) for one in explained] == sorted(
        (abs(one.contribution) for one in explained), reverse=True
    )


def test_reasons_are_kept_in_words_of_both_languages(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    assert row.reasons
    assert all(reason["text_fr"] and reason["text_en"] for reason in row.reasons)


def test_an_assessment_is_audited_in_its_own_transaction(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    event = AuditEvent.objects.get(action="assessment")
    assert (event.actor, event.target) == ("advisor", case.reference)
    assert event.details["assessment"] == stored(case).pk


def test_without_a_model_the_verdict_is_refer_and_says_why(case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    assert row.verdict == "refer"
    assert "activated" in row.refer_reason
    assert row.probability is None


def test_a_missing_critical_input_is_a_referral_not_a_verdict(model_in_use, case_of, person):
    case = case_of("advisor", application={"AMT_INCOME_TOTAL": None})
    services.assess(case=case, by=person("advisor"))
    assert stored(case).verdict == "refer"
    assert stored(case).missing == ["AMT_INCOME_TOTAL"]


def test_an_assessment_stands_until_the_profile_or_the_model_changes(model_in_use, case, person):
    first = services.assess(case=case, by=person("advisor"))
    assert services.standing_assessment(case) == first
    changed = {**case.profile.application, "AMT_INCOME_TOTAL": 90000.0}
    Profile.objects.filter(case=case).update(application=changed, digest=profile_digest(changed, {}, {}))
    case.refresh_from_db()
    assert services.standing_assessment(case) is None


def test_who_may_not_assess_stores_nothing(model_in_use, case, person):
    with pytest.raises(PermissionDenied):
        services.assess(case=case, by=person("auditor"))
    assert not Assessment.objects.exists()
