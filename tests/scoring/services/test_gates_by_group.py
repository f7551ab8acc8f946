"""Gates of a promotion by groups of clients: weak groups, and shares accepted."""

import pytest

from scoring import services
from scoring.ml.model.manifest_weaknesses import ClientSlice, SliceFigures, WeaknessReport, WeakSlices
from scoring.models import ModelVersion
from scoring.presentation.gate_labels import gate_label
from scoring.services.gates import measure

pytestmark = pytest.mark.django_db

WHY = "Better on the clients of October."
YES = "I have read the gates and the card."
DRIVERS = ClientSlice(feature="OCCUPATION_TYPE", code=3)


def weak(shortfall: float, *, is_beyond_chance: bool = True) -> WeaknessReport:
    """A report in which one group is ranked worse than promised by so much."""
    figures = SliceFigures(
        slice=DRIVERS,
        clients=800,
        defaults=90,
        auc=0.75 - shortfall,
        promised=0.75,
        shortfall=shortfall,
        z=shortfall / 0.02,
        is_beyond_chance=is_beyond_chance,
        expected=0.1,
        observed=0.11,
    )
    return WeaknessReport(
        weak_slices=WeakSlices(clients=9_000, examined=60, limit=4.1, slices=(figures,)), noise=(), missing=()
    )


def weaknesses_gate(version: ModelVersion):
    (gate,) = [gate for gate in measure(version) if gate.code == "weaknesses"]
    return gate


def test_a_version_with_a_weak_group_needs_a_reason_to_be_put_in_use(another, person):
    version = another(weaknesses=weak(0.12))
    assert [gate.code for gate in measure(version) if gate.failed] == ["weaknesses"]
    proposal = services.propose(version=version, reason=WHY, by=person("analyst"))
    with pytest.raises(services.PromotionRefused, match="gate failed"):
        services.approve(proposal=proposal, reason=YES, by=person("admin"))
    detail = gate_label(weaknesses_gate(version).stored()).detail
    assert "60 groups of clients examined" in detail
    assert "Weak beyond chance: Occupation" in detail


def test_a_group_within_chance_does_not_fail_the_gate(another):
    assert weaknesses_gate(another(weaknesses=weak(0.07, is_beyond_chance=False))).state == "passed"


def test_a_group_that_is_as_weak_in_the_champion_is_excused(another):
    services.activate(version=another("champion", weaknesses=weak(0.12)), by=None, reason=WHY)
    excused = weaknesses_gate(another("as-weak", weaknesses=weak(0.12)))
    assert (excused.state, excused.numbers["excused"]) == ("passed", 1)
    assert weaknesses_gate(another("weaker", weaknesses=weak(0.13))).failed


def test_a_version_that_was_not_searched_for_weak_groups_is_unknown(another):
    assert weaknesses_gate(another()).state == "unknown"


def fairness_gate(version: ModelVersion):
    (gate,) = [gate for gate in measure(version) if gate.code == "fairness"]
    return gate


def test_a_version_that_accepts_under_four_fifths_of_a_group_needs_a_reason(another, person):
    version = another(accepted={"F": 0.9, "M": 0.7})
    assert [gate.code for gate in measure(version) if gate.failed] == ["fairness"]
    proposal = services.propose(version=version, reason=WHY, by=person("analyst"))
    with pytest.raises(services.PromotionRefused, match="gate failed"):
        services.approve(proposal=proposal, reason=YES, by=person("admin"))
    assert fairness_gate(another("fairer", accepted={"F": 0.9, "M": 0.73})).state == "passed"


def test_a_group_that_is_too_small_speaks_for_nothing(another):
    assert fairness_gate(another(accepted={"F": 0.9, "M": 0.85, "few": 0.1})).state == "passed"


def test_a_version_as_unequal_as_the_champion_is_excused(another):
    services.activate(version=another("champion", accepted={"F": 0.9, "M": 0.6}), by=None, reason=WHY)
    assert fairness_gate(another("as-unequal", accepted={"F": 0.9, "M": 0.59})).state == "passed"
    assert fairness_gate(another("more-unequal", accepted={"F": 0.9, "M": 0.57})).failed
