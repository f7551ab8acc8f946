import numpy as np
import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Reason
from scoring import engine
from scoring.ml.features.frames import columns_of
from tests.factories import corrected

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of):
    return case_of("advisor")


def stored(case) -> Assessment:
    return Assessment.objects.get(case=case)


def test_an_assessment_stores_everything_that_a_replay_needs(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    model = engine.current()
    matrix = model.matrix(columns_of([row.record]))
    contributions = model.contributions(matrix)
    assert row.probability == model.score(matrix).probability[0]
    assert row.features == matrix[0].astype("<f8").tobytes()
    assert row.contributions == contributions.values[0].astype("<f8").tobytes()
    assert (row.model_version, row.model_digest) == ("tiny-1", model.digest)
    assert row.threshold == model.threshold
    assert row.assessed_by == person("advisor")


def test_base_value_and_contributions_add_up_to_the_score(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    contributions = [item.contribution for item in row.feature_contributions()]
    assert row.base_value is not None
    raw = row.base_value + sum(contributions)
    assert engine.current().calibration.probability(np.array([raw]))[0] == pytest.approx(
        row.probability, abs=1e-12
    )
    assert contributions == sorted(contributions, key=abs, reverse=True)


def test_reasons_are_stored_in_both_languages(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    assert row.shown_reasons
    assert all(reason.text_fr and reason.text_en for reason in row.shown_reasons)


def test_a_reason_keeps_its_stored_keys(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored(case)
    assert [reason.to_json() for reason in row.shown_reasons] == row.reasons
    # PostgreSQL keeps the keys of a JSON object in an order of its own.
    assert set(row.reasons[0]) == {
        "code", "version", "contribution", "feature", "told", "features", "key", "rank",
        "text_en", "text_fr",
    }  # fmt: skip


def test_a_reason_of_the_first_edition_keeps_its_stored_keys():
    texts = {"text_en": "Income: €20,000", "text_fr": "Revenu : 20 000 €"}
    reason = {"code": "income", "feature": "AMT_INCOME_TOTAL", "contribution": -0.2, **texts}
    assert Reason.from_json(reason).to_json() == reason


def test_an_assessment_is_audited_in_its_own_transaction(model_in_use, case, person):
    services.assess(case=case, by=person("advisor"))
    event = AuditEvent.objects.get(action="assessment")
    assert (event.actor, event.target) == ("advisor", case.reference)
    assert event.details["assessment"] == stored(case).pk


def test_without_a_model_the_verdict_is_refer_with_its_cause(case, person):
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
    corrected(case, AMT_INCOME_TOTAL=90000.0)
    case.refresh_from_db()
    assert services.standing_assessment(case) is None


def test_an_auditor_cannot_assess(model_in_use, case, person):
    with pytest.raises(PermissionDenied):
        services.assess(case=case, by=person("auditor"))
    assert not Assessment.objects.exists()
