import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import AuditEvent, User
from scoring import engine, services
from scoring.ml.model import folder
from scoring.models import Activation, ModelVersion, Proposal, model_as_of
from scoring.models.challenger import StoredDifference, StoredPairedComparison
from scoring.services.gates import measure
from tests.scoring.services.conftest import estimate

pytestmark = pytest.mark.django_db

WHY = "Better on the clients of October."
YES = "I have read the gates and the card."


@pytest.fixture
def proposal(another, person) -> Proposal:
    return services.propose(version=another(), reason=WHY, by=person("analyst"))


def in_use() -> str:
    return engine.current().version


def test_two_people_put_a_version_in_use_and_the_running_process_swaps(proposal, person):
    assert in_use() == "tiny-1"
    services.approve(proposal=proposal, reason=YES, by=person("admin"))
    assert in_use() == "tiny-2"
    stored = Proposal.objects.get(pk=proposal.pk)
    assert (stored.status, stored.answered_by, stored.answer_reason) == ("approved", person("admin"), YES)
    assert stored.activation == Activation.objects.current().get()
    assert {gate["code"] for gate in stored.gates} >= {"integrity", "auc", "cost", "latency", "replay"}
    actions = AuditEvent.objects.order_by("sequence").values_list("action", "actor")
    assert list(actions)[-3:] == [
        ("model_proposed", "analyst"),
        ("activation", "admin"),
        ("model_answered", "admin"),
    ]


def test_going_back_is_a_proposal_like_any_other(proposal, person, model_in_use):
    services.approve(proposal=proposal, reason=YES, by=person("admin"))
    back = services.propose(version=model_in_use, reason=WHY, by=person("analyst"))
    services.approve(proposal=back, reason=YES, by=person("admin"), override=True)
    assert in_use() == "tiny-1"


def test_nobody_answers_their_own_proposal(another, person):
    own = services.propose(version=another(), reason=WHY, by=person("admin"))
    with pytest.raises(services.PromotionRefused, match="another person"):
        services.approve(proposal=own, reason=YES, by=person("admin"))
    assert in_use() == "tiny-1"


def test_the_database_refuses_an_answer_by_the_proposer(proposal, person):
    with pytest.raises(IntegrityError, match="answered_by_another"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            status="rejected", answered_by=proposal.proposed_by, answer_reason=YES
        )


def test_the_database_refuses_a_short_reason(another, person):
    with pytest.raises(IntegrityError, match="proposal_says_why"), transaction.atomic():
        Proposal.objects.create(version=another(), reason="better", proposed_by=person("analyst"))


@pytest.mark.parametrize("reason", ["", "better", " " * 40])
def test_a_reason_of_fewer_than_twenty_characters_is_refused(another, person, reason):
    with pytest.raises(services.PromotionRefused, match="20"):
        services.propose(version=another(), reason=reason, by=person("analyst"))


def test_a_rejection_stays_on_record(proposal, person):
    services.reject(proposal=proposal, reason="The card says nothing of October.", by=person("admin"))
    assert Proposal.objects.get().status == "rejected"
    assert in_use() == "tiny-1"
    assert AuditEvent.objects.filter(action="model_answered", details__status="rejected").exists()


def test_an_answered_proposal_cannot_be_answered_again(proposal, person):
    services.reject(proposal=proposal, reason=YES, by=person("admin"))
    with pytest.raises(services.PromotionRefused, match="already"):
        services.approve(proposal=proposal, reason=YES, by=person("admin"))


def test_only_the_proposer_withdraws(proposal, person):
    with pytest.raises(PermissionDenied):
        services.withdraw(proposal=proposal, by=person("admin"))
    services.withdraw(proposal=proposal, by=person("analyst"))
    assert Proposal.objects.get().status == "withdrawn"


def test_a_version_waits_for_one_answer_at_a_time(proposal, person):
    with pytest.raises(services.PromotionRefused, match="waits"):
        services.propose(version=proposal.version, reason=WHY, by=person("admin"))


@pytest.mark.parametrize("name", ["advisor", "manager", "auditor"])
def test_a_proposal_needs_the_permission(another, person, name):
    with pytest.raises(PermissionDenied):
        services.propose(version=another(), reason=WHY, by=person(name))


def test_an_analyst_proposes_but_does_not_activate(proposal):
    second = User.objects.create_user("second", role="analyst")
    with pytest.raises(PermissionDenied):
        services.approve(proposal=proposal, reason=YES, by=second)


@pytest.mark.parametrize(
    ("name", "value"), [("auc", 0.70), ("cost", 0.85), ("ece", 0.2), ("calibration_slope", 0.7)]
)
def test_a_version_that_is_worse_beyond_noise_fails_its_gate(another, person, name, value):
    code = name if name in ("auc", "cost") else "calibration"
    worse = another(**{name: estimate(value)})
    assert [gate.code for gate in measure(worse) if gate.failed] == [code]
    proposal = services.propose(version=worse, reason=WHY, by=person("analyst"))
    with pytest.raises(services.PromotionRefused, match="gate failed"):
        services.approve(proposal=proposal, reason=YES, by=person("admin"))
    services.approve(proposal=proposal, reason=YES, by=person("admin"), override=True)
    assert Proposal.objects.get().overrides_gates
    assert AuditEvent.objects.filter(action="activation", details__failed_gates=[code]).exists()


def test_a_difference_within_noise_passes(another):
    assert not [gate for gate in measure(another(auc=estimate(0.745))) if gate.failed]


def test_a_paired_comparison_takes_precedence_over_the_intervals(another, model_in_use):
    version = another(auc=estimate(0.70))
    equal: StoredDifference = {
        "value": 0.0,
        "low": -0.01,
        "high": 0.01,
        "champion": 0.7,
        "challenger": 0.7,
        "clients": 900,
    }
    paired: StoredPairedComparison = {"champion": model_in_use.digest, "auc": equal, "cost": equal}
    services.appoint(version=version, by=None, reason="retrained", comparison=paired)
    (auc,) = [gate for gate in measure(version) if gate.code == "auc"]
    assert (auc.state, auc.numbers["clients"]) == ("passed", 900)


def test_an_altered_folder_cannot_be_approved_by_anybody(proposal, person, settings):
    card = settings.ML_ARTIFACTS / "tiny-2" / folder.CARD
    card.write_text(card.read_text() + "better")
    with pytest.raises(services.PromotionRefused, match="nobody may set aside"):
        services.approve(proposal=proposal, reason=YES, by=person("admin"), override=True)
    assert in_use() == "tiny-1"


def test_the_operator_is_warned_and_not_stopped(another, capsys):
    another(auc=estimate(0.70))
    call_command("activate", "tiny-2", reason="restored")
    assert "AUC" in capsys.readouterr().err
    assert in_use() == "tiny-2"
    assert AuditEvent.objects.filter(action="activation", actor="", details__failed_gates=["auc"]).exists()


def test_the_version_of_any_moment_is_known(another, person):
    before = Activation.objects.get().activated_at
    services.activate(version=another(), by=None, reason="")
    after = Activation.objects.current().get().activated_at
    assert model_as_of(before) == ModelVersion.objects.get(name="tiny-1")
    assert model_as_of(after) == ModelVersion.objects.get(name="tiny-2")
    assert model_as_of(before.replace(year=2020)) is None


def test_a_version_cannot_have_the_name_of_a_page(model_in_use):
    with pytest.raises(folder.ModelUnavailable, match="name of a page"):
        services.register(name="shadow", by=None)
