"""Less discriminatory alternatives: measured on all, on the front by the rule, chosen by a person alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scoring.ml.metrics.costs import DEFAULT_COSTS
from scoring.ml.model.manifest_fair_search import FairCandidate, FairSearch
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.progress import Progress, silent
from scoring.ml.training.validate import fair_proxies, fair_search
from scoring.ml.training.validate.fair_search import FairSearchRequest

SEED = 1
WHY_AGE = "The board's note 12: savings and debts follow the age, and the law allows it."


def searched(clients: Clients, trials: int = 3, progress: Progress = silent, **texts: str) -> FairSearch:
    return fair_search.search(
        clients,
        np.arange(len(clients)),
        FairSearchRequest(trials, **texts),
        costs=DEFAULT_COSTS,
        size=1_500,
        seed=SEED,
        progress=progress,
    )


@pytest.fixture(scope="module")
def biased(clients: Clients) -> Clients:
    """The first feature stands for the sex, and men default far more often here."""
    men = clients.protected["CODE_GENDER"] == "M"
    rng = np.random.default_rng(3)
    matrix = clients.matrix.copy()
    matrix[:, 0] = men
    target = (rng.random(len(clients)) < np.where(men, 0.3, 0.05)).astype(float)
    return replace(clients, matrix=matrix, target=target)


@pytest.fixture(scope="module")
def searched_biased(biased: Clients) -> FairSearch:
    return searched(biased, trials=4, age_reason=WHY_AGE)


def test_leaving_the_stand_in_of_the_sex_out_narrows_the_gap_beyond_chance(
    biased: Clients, searched_biased: FairSearch
) -> None:
    proxies = fair_proxies.rank_proxies(biased, np.arange(len(biased)), size=1_500, seed=SEED)
    assert proxies.ranked["CODE_GENDER"][0] == biased.names[0]
    baseline = searched_biased.candidates[0]
    fairer = [candidate for candidate in searched_biased.candidates if biased.names[0] in candidate.dropped]
    assert fairer
    assert all(
        candidate.gaps["CODE_GENDER"].value < baseline.gaps["CODE_GENDER"].value for candidate in fairer
    )
    assert all(candidate.gap_changes["CODE_GENDER"].high < 0 for candidate in fairer)


def test_the_front_has_whom_nobody_beats_on_both_counts_and_nobody_else(searched_biased: FairSearch) -> None:
    for name in searched_biased.attributes:
        points = {item.code: (item.cost.value, item.gaps[name].value) for item in searched_biased.candidates}
        for candidate in searched_biased.candidates:
            cost, gap = points[candidate.code]
            beaten = any(c <= cost and g <= gap and (c, g) != (cost, gap) for c, g in points.values())
            assert (name in candidate.front) is not beaten


def test_intervals_hold_their_figure_and_the_first_is_compared_with_itself(
    searched_biased: FairSearch,
) -> None:
    assert (
        searched_biased.candidates[0].cost_change.value
        == searched_biased.candidates[0].gap_changes["CODE_GENDER"].high
        == 0
    )
    assert [candidate.code for candidate in searched_biased.candidates] == ["c0", "c1", "c2", "c3", "c4"]
    for candidate in searched_biased.candidates:
        for item in (candidate.cost, *candidate.gaps.values()):
            assert item.low < item.value < item.high


def test_the_same_seed_finds_the_same_and_protected_columns_score_nobody(
    biased: Clients, searched_biased: FairSearch
) -> None:
    """Swapped labels of the sexes leave every cost and threshold as they were."""
    assert searched(biased, trials=4, age_reason=WHY_AGE) == searched_biased
    sex = biased.protected["CODE_GENDER"]
    swapped = np.where(sex == "M", "F", "M").astype(object)
    again = searched(
        replace(biased, protected={**biased.protected, "CODE_GENDER": swapped}), trials=4, age_reason=WHY_AGE
    )
    assert [figures(item) for item in again.candidates] == [
        figures(item) for item in searched_biased.candidates
    ]


def figures(candidate: FairCandidate) -> tuple[Any, ...]:
    return candidate.threshold, candidate.cost, candidate.gaps["CODE_GENDER"]


def test_age_goes_with_all_that_is_computed_from_it_unless_a_reason_is_recorded(
    clients: Clients, searched_biased: FairSearch
) -> None:
    of_age = fair_proxies.age_features(clients.names)
    assert {"DAYS_BIRTH", "CREDIT_TO_AGE"} <= of_age
    assert "AMT_CREDIT" not in of_age
    without_reason = searched(clients, trials=1)
    assert all(of_age <= set(candidate.dropped) for candidate in without_reason.candidates)
    assert not any(candidate.uses_age for candidate in without_reason.candidates)
    with_age, without_age = searched_biased.candidates[:2]
    assert (with_age.uses_age, with_age.dropped) == (True, ())
    assert not without_age.uses_age
    assert set(without_age.dropped) == of_age


def test_learned_families_made_of_what_is_left_out_go_with_it() -> None:
    assert "neighbours" in fair_proxies.barred_families(["EXT_SOURCE_1"])
    assert fair_proxies.barred_families(["FLAG_PHONE"]) == {"expected"}
    assert not fair_proxies.barred_families(["AN_UNREAD_COLUMN"])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"choice": "c9", "reason": "fairer"}, "no alternative c9"),
        ({"choice": "c1"}, "with a reason"),
        ({"reason": "fairer"}, "with a reason"),
    ],
)
def test_a_choice_names_a_candidate_and_has_a_reason(
    clients: Clients, texts: dict[str, str], message: str
) -> None:
    """Refused before anything is measured, which takes as long as the whole search."""
    steps: list[str] = []
    with pytest.raises(TrainingError, match=message):
        searched(clients, trials=1, progress=steps.append, **texts)
    assert not [step for step in steps if " of " in step]


def test_nothing_is_chosen_unless_a_person_chooses(searched_biased: FairSearch) -> None:
    assert searched_biased.chosen == searched_biased.reason == ""
    assert fair_search.choice(searched_biased) is searched_biased.candidates[0]


def test_without_a_known_sex_only_the_age_is_measured(clients: Clients) -> None:
    hidden = replace(clients, protected={**clients.protected, "CODE_GENDER": np.full(len(clients), None)})
    assert searched(hidden, trials=1).attributes == ("age_band",)
