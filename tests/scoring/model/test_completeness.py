"""Completeness: what is missing leads to a referral where it could change the verdict, and nowhere else."""

import gc
import weakref
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.ml.features import frames
from scoring.ml.features.catalogue import CRITICAL
from scoring.ml.model import completeness, folder
from scoring.ml.model.completeness import (
    CRITICAL_INPUTS,
    RULE,
    WATCHED,
    Completion,
    Recommendation,
    missing_fields,
    recommend,
    recommend_columns,
    recommend_many,
)
from scoring.ml.model.model import Model
from scoring.ml.model.plausible_values import plausible_values
from scoring.ml.model.verdict import Thresholds, Verdict, verdict_for
from scoring.ml.tables.checks import check
from scoring.ml.tables.columns import NO_DATE
from scoring.ml.tables.folder import open_folder
from tests.factories import APPLICATION
from tests.scoring.applications import application_folder
from tests.scoring.modelfolder import tiny_model

FEATURES = (
    "EXT_SOURCE_2",
    "NAME_EDUCATION_TYPE",
    "DAYS_LAST_PHONE_CHANGE",
    "DAYS_ID_PUBLISH",
    "AMT_CREDIT",
    "AMT_INCOME_TOTAL",
)
SEGMENT = ("EXT_SOURCE_2", "DAYS_LAST_PHONE_CHANGE")


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """A model that was trained on values around 0, with their quantiles."""
    cell = {"n": 400, "quantiles": [-1.5, -0.5, 0.0, 0.5, 1.5], "histogram": [40] * 10}
    path = tiny_model(
        tmp_path_factory.mktemp("models"),
        features=FEATURES,
        explain=True,
        population={"income_edges": [], "edges": {}, "segments": {"all": dict.fromkeys(SEGMENT, cell)}},
    )
    return folder.load(path)


def with_threshold(model: Model, threshold: float) -> Model:
    return replace(model, manifest=replace(model.manifest, threshold=threshold))


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**APPLICATION, **changes}.items() if name not in names}


def probability_of(model: Model, record: dict[str, Any]) -> float:
    return float(model.score(model.rows([record])).probability[0])


def chances(model: Model, record: dict[str, Any], name: str) -> list[float]:
    """The probability with each plausible value of a field, one record at a time."""
    values = plausible_values(model, name, record)
    return [probability_of(model, {**record, name: value}) for value in values]


def undecided(model: Model, record: dict[str, Any], name: str) -> Model:
    """The model with its threshold between what the values of a missing field lead to."""
    outcomes = chances(model, record, name)
    assert min(outcomes) < max(outcomes)
    return with_threshold(model, (min(outcomes) + max(outcomes)) / 2)


def answer_of(model: Model, probability: float, record: dict[str, Any], rule: int = RULE) -> Recommendation:
    """The answer under the model's own threshold."""
    return recommend(model, Thresholds.single(model.threshold), probability, record, rule)


def test_a_field_that_could_change_the_verdict_is_to_be_completed(simple: Model) -> None:
    record = without("EXT_SOURCE_2")
    outcomes = chances(simple, record, "EXT_SOURCE_2")
    model = undecided(simple, record, "EXT_SOURCE_2")
    for probability in (min(outcomes), max(outcomes)):
        answer = answer_of(model, probability, record)
        assert (answer.verdict, answer.missing) == (Verdict.REFER, ("EXT_SOURCE_2",))


def test_where_no_completion_changes_the_verdict_it_stands(simple: Model) -> None:
    record = without("EXT_SOURCE_2", "NAME_EDUCATION_TYPE", "DAYS_ID_PUBLISH")
    probability = probability_of(simple, record)
    for threshold in (1e-9, 1.0):
        answer = answer_of(with_threshold(simple, threshold), probability, record)
        assert (answer.verdict, answer.missing) == (
            verdict_for(probability, Thresholds.single(threshold)),
            (),
        )


def test_fields_come_in_the_order_of_how_far_they_move_this_client(simple: Model) -> None:
    absent = ("DAYS_ID_PUBLISH", "NAME_EDUCATION_TYPE", "EXT_SOURCE_2")
    record = without(*absent)
    spread = {name: np.ptp(chances(simple, record, name)) for name in absent}
    expected = sorted((name for name in absent if spread[name]), key=lambda name: -spread[name])
    probability = probability_of(simple, record)
    answer = answer_of(undecided(simple, record, "EXT_SOURCE_2"), probability, record)
    assert answer.missing == tuple(expected)
    assert answer.completion is not None
    # One pass over all values, and one record at a time: the same bits.
    assert {effect.name: effect.points for effect in answer.completion.effects} == {
        name: 100 * (max(outcomes) - min(outcomes))
        for name in expected
        if (outcomes := chances(simple, record, name))
    }
    assert all(first.points >= second.points for first, second in pairwise(answer.completion.effects))


def test_fields_that_move_the_probability_together_count_together(simple: Model) -> None:
    absent = ("DAYS_LAST_PHONE_CHANGE", "EXT_SOURCE_2")
    record = without(*absent)
    alone = [chance for name in absent for chance in chances(simple, record, name)]
    probability = probability_of(simple, record)
    model = undecided(simple, record, "EXT_SOURCE_2")
    together = answer_of(model, probability, record).completion
    assert together is not None
    assert together.low <= min(alone) < max(alone) <= together.high
    assert together.high - together.low > max(alone) - min(alone)


def test_the_order_of_stored_fields_is_kept(simple: Model) -> None:
    record = without("EXT_SOURCE_2", "NAME_EDUCATION_TYPE", "AMT_INCOME_TOTAL")
    completion = answer_of(simple, 0.5, record).completion
    assert completion is not None
    assert Completion.from_json(completion.to_json()) == completion


def test_a_complete_client_costs_no_second_pass_through_the_model(simple: Model) -> None:
    blind = replace(simple, trees=None)
    assert answer_of(blind, 0.01, APPLICATION).verdict is Verdict.ACCEPT
    assert answer_of(blind, 0.99, APPLICATION).verdict is Verdict.REFUSE


def test_a_missing_critical_input_refers_whatever_the_probability(simple: Model) -> None:
    for name in CRITICAL:
        answer = answer_of(with_threshold(simple, 1e-9), 0.9, without(name))
        assert answer.verdict is Verdict.REFER
        assert answer.missing == (name,)


def test_what_does_not_apply_to_a_client_is_not_missing() -> None:
    assert missing_fields(APPLICATION) == ()
    revolving = without("AMT_GOODS_PRICE", NAME_CONTRACT_TYPE="Revolving loans")
    assert missing_fields(revolving) == ()
    assert missing_fields(without("AMT_GOODS_PRICE")) == ("AMT_GOODS_PRICE",)
    retired = without("ORGANIZATION_TYPE", DAYS_EMPLOYED=NO_DATE)
    assert missing_fields(retired) == ()
    assert missing_fields(without("ORGANIZATION_TYPE")) == ("ORGANIZATION_TYPE",)


def test_neither_histories_nor_what_many_clients_lack_is_missing() -> None:
    rare = ("EXT_SOURCE_1", "EXT_SOURCE_3", "OCCUPATION_TYPE", "OWN_CAR_AGE")
    assert missing_fields(without(*rare)) == ()


def test_amounts_follow_from_the_credit(simple: Model) -> None:
    values = plausible_values(simple, "AMT_GOODS_PRICE", {"AMT_CREDIT": 12_000.0})
    assert values[0] == 12_000.0
    assert all(isinstance(value, float) and 8_000.0 < value <= 12_000.0 for value in values)


def test_a_band_is_left_on_either_side(simple: Model) -> None:
    record = without("EXT_SOURCE_2")
    low, high = min(chances(simple, record, "EXT_SOURCE_2")), max(chances(simple, record, "EXT_SOURCE_2"))
    middle = (low + high) / 2
    for band in (Thresholds(middle, 1.0), Thresholds(0.0, middle)):
        assert recommend(simple, band, low, record).missing == ("EXT_SOURCE_2",)
    within = recommend(simple, Thresholds(low, high + 0.01), low, record)
    assert (within.verdict, within.missing) == (Verdict.REFER, ())


def test_the_first_rule_knows_critical_inputs_alone(simple: Model) -> None:
    record = without("EXT_SOURCE_2")
    probability = probability_of(simple, record)
    model = undecided(simple, record, "EXT_SOURCE_2")
    assert answer_of(model, probability, record).verdict is Verdict.REFER
    first = answer_of(model, probability, record, CRITICAL_INPUTS).verdict
    assert first is verdict_for(probability, Thresholds.single(model.threshold))
    answer = answer_of(model, probability, without("DAYS_BIRTH"), CRITICAL_INPUTS)
    assert (answer.verdict, answer.missing) == (Verdict.REFER, ("DAYS_BIRTH",))


def test_clients_in_columns_get_the_answers_of_their_records(
    simple: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "COMPLETED_AT_ONCE", 3)
    path = application_folder(tmp_path, clients=60, unlabelled=0)
    batch = next(frames.profiles(check(open_folder(path)).folder))
    probabilities = simple.score(simple.matrix(batch.columns)).probability
    model = with_threshold(simple, float(np.median(probabilities)))
    records = [{**application, **history} for application, history in batch.records()]
    thresholds = Thresholds.single(model.threshold)
    by_column = recommend_columns(model, thresholds, probabilities, batch.columns)
    by_record = [answer_of(model, p, r) for p, r in zip(probabilities, records, strict=True)]
    assert by_column == by_record
    assert recommend_many(model, thresholds, probabilities, records) == by_record
    assert sum(answer.completion is not None for answer in by_record) > 3
    assert len({answer.missing for answer in by_column}) > 1


@pytest.mark.real_data
def test_few_real_clients_lack_what_could_change_their_verdict(home_credit: Path) -> None:
    batch = next(frames.profiles(check(open_folder(home_credit / "application_only")).folder))
    lacking = [missing_fields(application) for application, _ in batch.records()]
    assert len(lacking) == 5_000
    assert sum(map(bool, lacking)) < 0.005 * len(lacking)
    assert {name for names in lacking for name in names} <= {"EXT_SOURCE_2", "DAYS_LAST_PHONE_CHANGE"}
    assert set(CRITICAL) < set(WATCHED)


def test_a_model_that_is_no_longer_used_leaves_the_memory(simple):
    model = with_threshold(simple, 0.2)
    assert plausible_values(model, "EXT_SOURCE_2", APPLICATION) == (-1.5, -0.5, 0.0, 0.5, 1.5)
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None
