import pytest

from scoring import engine, services
from scoring.models import Activation, Proposal, Suspension
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db

WHY = "Better on the clients of October."
YES = {"answer": "approve", "reason": "I have read the gates and the card.", "override": "on"}


@pytest.fixture
def another(settings, tmp_path):
    """A version in use and another one beside it."""
    settings.ML_ARTIFACTS = tmp_path
    for name in ("first", "second"):
        tiny_model(tmp_path, name=name, threshold=0.1 if name == "first" else 0.2)
    services.activate(version=services.register(name="first", by=None), by=None, reason="")
    return services.register(name="second", by=None)


@pytest.fixture
def proposal(another, person) -> Proposal:
    return services.propose(version=another, reason=WHY, by=person("analyst"))


def propose(browser, name: str = "second", reason: str = WHY):
    return browser.post("/models/propose/", {"proposal-version": name, "proposal-reason": reason})


def test_an_analyst_proposes_and_an_administrator_puts_in_use(another, client_as):
    answer = propose(client_as("analyst"))
    proposal = Proposal.objects.get()
    assert answer.headers["Location"] == f"/models/proposals/{proposal.pk}/"
    admin = client_as("admin")
    assert f"/models/proposals/{proposal.pk}/" in admin.get("/models/").content.decode()
    admin.post(f"/models/proposals/{proposal.pk}/answer/", YES)
    assert engine.current().version == "second"


def test_the_gates_are_shown_before_the_answer(proposal, client_as):
    page = client_as("admin").get(f"/models/proposals/{proposal.pk}/").content.decode()
    for code in ("integrity", "auc", "cost", "calibration", "fairness", "weaknesses", "latency", "replay"):
        assert f'data-gate="{code}"' in page
    assert "Record the answer" in page


def test_an_answered_proposal_shows_what_was_seen_then(proposal, person, client_as):
    services.reject(proposal=proposal, reason=YES["reason"], by=person("admin"))
    page = client_as("auditor").get(f"/models/proposals/{proposal.pk}/").content.decode()
    assert 'data-gate="auc"' in page
    assert YES["reason"] in page
    assert "Record the answer" not in page


def test_a_short_reason_is_refused_in_words_and_kept_in_the_form(another, client_as):
    answer = propose(client_as("analyst"), reason="it is better")
    assert answer.status_code == 422
    assert "at least 20 characters" in answer.content.decode()
    assert "it is better" in answer.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("name", ["first", "third"])
def test_only_another_registered_version_can_be_proposed(another, client_as, name):
    assert propose(client_as("analyst"), name).status_code == 422
    assert not Proposal.objects.exists()


def test_a_failed_gate_is_not_passed_over_by_accident(proposal, client_as):
    answer = client_as("admin").post(
        f"/models/proposals/{proposal.pk}/answer/", {k: v for k, v in YES.items() if k != "override"}
    )
    assert answer.status_code == 409
    assert "A gate failed" in answer.content.decode()
    assert engine.current().version == "first"


def test_the_proposer_withdraws_on_the_page(proposal, client_as):
    client_as("analyst").post(f"/models/proposals/{proposal.pk}/withdraw/")
    assert Proposal.objects.get().status == "withdrawn"


def test_the_switch_suspends_and_resumes(another, client_as):
    admin = client_as("admin")
    for why in ("Refusals look wrong since this morning.", "It was the import, and that is repaired."):
        admin.post("/models/switch/", {"switch-reason": why})
    assert [row.suspends for row in Suspension.objects.order_by("pk")] == [True, False]
    assert engine.current().version == "first"


def test_a_challenger_is_appointed_and_dismissed_by_page(another, client_as):
    analyst = client_as("analyst")
    analyst.post("/models/challenger/", {"challenger-version": "second", "challenger-reason": WHY})
    appointed = engine.challenger()
    assert appointed is not None
    assert appointed.version == "second"
    analyst.post("/models/challenger/", {"challenger-version": "", "challenger-reason": WHY})
    assert engine.challenger() is None


def test_the_version_of_a_past_moment_is_shown(another, client_as):
    page = client_as("manager").get("/models/at/", {"at": "2020-01-01T12:00"}).content.decode()
    assert 'data-answered=""' in page
    activated = Activation.objects.current().get().activated_at
    later = activated.replace(year=activated.year + 1)
    page = client_as("manager").get("/models/at/", {"at": f"{later:%Y-%m-%dT%H:%M}"}).content.decode()
    assert 'data-answered="first"' in page


def test_two_versions_stand_side_by_side(another, client_as):
    page = client_as("analyst").get("/models/compare-two/?one=first&other=second").content.decode()
    assert "10.00%" in page
    assert "20.00%" in page
    assert "Both were trained on the same files." in page


def test_a_broken_version_is_named_when_compared(another, client_as, settings):
    (settings.ML_ARTIFACTS / "second" / "model.json").write_text("{}")
    page = client_as("analyst").get("/models/compare-two/?one=first&other=second").content.decode()
    assert "is not the one that was registered" in page
