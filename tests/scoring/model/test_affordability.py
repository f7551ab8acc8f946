"""Affordability: ratios recomputed by hand, limits, what is missing, and what a stored judgement reads as."""

import json
from dataclasses import replace
from typing import Any

import pytest

from scoring.ml.model.affordability import Affordability, Budget, affordability, verdict_beside, why_referred

LIMITS = {"max_debt_ratio": 0.35, "min_left_per_member": 400.0}


def budget(**changes: Any) -> Budget:
    amounts: dict[str, Any] = {
        "income": 3000.0,
        "instalment": 250.0,
        "members": 3,
        "housing": 500.0,
        "loans": 100.0,
        "other": 50.0,
        "loans_reported": 0.0,
        "loans_here": 100.0,
    }
    return Budget(**amounts | changes)


def affordability_of(**changes: Any) -> Affordability:
    return affordability("fr-1", budget(**changes), **LIMITS)


def test_ratio_and_what_is_left_count_everything_that_is_due_each_month():
    result = affordability_of()
    assert result.outcome == "met"
    assert result.debt_ratio == (250 + 100 + 100 + 500 + 50) / 3000
    assert (result.left, result.left_per_member) == (2000.0, 2000.0 / 3)


def test_of_the_loans_elsewhere_the_higher_figure_counts():
    assert affordability_of(loans=100.0, loans_reported=300.0).debt_ratio == pytest.approx(1200 / 3000)
    assert affordability_of(loans=300.0, loans_reported=100.0).debt_ratio == pytest.approx(1200 / 3000)


@pytest.mark.parametrize(
    ("changes", "grounds"),
    [
        ({"housing": 550.0}, ()),
        ({"housing": 551.0}, ("debt_ratio",)),
        ({"members": 5}, ()),
        ({"members": 6}, ("left_to_live_on",)),
        ({"income": 900.0}, ("debt_ratio", "left_to_live_on")),
    ],
)
def test_each_limit_that_is_not_kept_is_a_ground(changes, grounds):
    result = affordability_of(**changes)
    assert result.grounds == grounds
    assert result.outcome == ("not_met" if grounds else "met")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"housing": None, "loans": None, "other": None}, ("charges",)),
        ({"other": None}, ("charges",)),
        ({"income": None}, ("income",)),
        ({"income": 0.0}, ("income",)),
        ({"instalment": None, "members": None}, ("instalment", "members")),
    ],
)
def test_without_an_input_there_is_no_ratio(changes, missing):
    result = affordability_of(**changes)
    assert (result.outcome, result.missing, result.debt_ratio, result.grounds) == (
        "missing",
        missing,
        None,
        (),
    )


def test_a_stored_judgement_reads_back_to_the_last_digit():
    for result in (affordability_of(), affordability_of(income=900.0), affordability_of(housing=None)):
        assert Affordability.from_json(json.loads(json.dumps(result.to_json()))) == result


@pytest.mark.parametrize(
    ("verdict", "changes", "expected", "why"),
    [
        ("accept", {}, "accept", ""),
        ("refuse", {}, "refuse", ""),
        ("accept", {"income": 900.0}, "refer", "affordability fr-1: debt_ratio, left_to_live_on"),
        ("refuse", {"income": 900.0}, "refuse", ""),
        ("accept", {"housing": None}, "refer", "affordability fr-1: charges"),
        ("refuse", {"housing": None}, "refer", "affordability fr-1: charges"),
        ("refer", {}, "refer", ""),
        ("refer", {"income": 900.0}, "refer", "affordability fr-1: debt_ratio, left_to_live_on"),
        ("refer", {"housing": None}, "refer", "affordability fr-1: charges"),
    ],
)
def test_a_budget_turns_acceptances_and_the_unknown_into_refer(verdict, changes, expected, why):
    result = affordability_of(**changes)
    assert (verdict_beside(verdict, result), why_referred(verdict, result)) == (expected, why)


@pytest.mark.parametrize(
    "changes",
    [
        {"income": 2.0, "instalment": 0.1, "housing": 0.2, "loans": 0.4, "loans_here": 0.0, "other": 0.0},
        {"income": 3000.3, "instalment": 600.1, "housing": 400.2, "loans": 0, "loans_here": 0, "other": 0},
    ],
)
def test_a_budget_on_the_very_limit_keeps_it_whatever_binary_fractions_make_of_the_cents(changes):
    amounts = budget(**changes, members=1)
    limit = round(amounts.burden / changes["income"], 12)
    least = round(changes["income"] - amounts.burden, 2)
    for noise in (0.0, 1e-13, -1e-13):
        noisy = replace(amounts, housing=changes["housing"] + noise)
        result = affordability("fr-1", noisy, max_debt_ratio=limit, min_left_per_member=least)
        assert (result.outcome, result.grounds) == ("met", ())
