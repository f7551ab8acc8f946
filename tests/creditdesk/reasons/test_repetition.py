"""No sentence and no day is given twice, and what a single feature pushes is not taken together."""

import numpy as np
import pytest

from scoring.ml.model import folder
from tests.creditdesk.reasons.selections import by_feature, select
from tests.scoring.modelfolder import tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """With reference ranges: 10th percentile 1, 90th percentile 3 for every number."""
    return folder.load(tiny_model(tmp_path_factory.mktemp("models"), explain=True))


def test_only_what_several_features_push_together_is_taken_together(model):
    values = np.full(len(model.features), 2.0)
    for verdict, sign, side in (
        ("refuse", 1.0, ("against", "défaveur")),
        ("accept", -1.0, ("for", "faveur")),
    ):
        (alone,) = select(model, by_feature(model, EXT_MEAN=sign), values, verdict)
        (several,) = select(model, by_feature(model, EXT_MEAN=sign, EXT_SOURCE_3=sign), values, verdict)
        assert alone.text_en.startswith(f"This counts {side[0]} your request: ")
        assert alone.text_fr.startswith(f"Ceci joue en votre {side[1]}\u00a0: ")
        assert several.text_en.startswith(f"Taken together, this counts {side[0]} your request: ")
        assert several.text_fr.startswith(f"Dans l’ensemble, ceci joue en votre {side[1]}\u00a0: ")


def test_two_groups_never_tell_the_same_sentence(model):
    push = by_feature(model, INST_DELAY_max=0.5, POS_SK_DPD_max=0.4)
    (reason,) = select(model, push, by_feature(model, 2.0, INST_DELAY_max=90.0, POS_SK_DPD_max=478.0))
    assert (
        reason.text_en == "Your longest delay with us was 90 days, more than for 9 in 10 clients we accept."
    )


@pytest.mark.parametrize(
    ("first_application", "key"),
    [
        (470.0, "our_agreements_few"),  # the day of the first credit
        (439.0, "our_agreements_few"),  # within a month of it
        (200.0, "our_applications_dated"),
    ],
)
def test_a_day_is_given_once_and_the_next_fact_of_the_group_takes_its_place(model, first_application, key):
    push = by_feature(model, FIRST_CREDIT=1.0, PREV_DAYS_DECISION_min=0.4, PREV_IS_APPROVED_share=0.2)
    dates = {"FIRST_CREDIT": 470.0, "PREV_DAYS_DECISION_min": first_application}
    selected = select(model, push, by_feature(model, 2.0, PREV_IS_APPROVED_share=0.5, **dates))
    assert [reason.key for reason in selected] == ["first_credit_recent", key]


def test_a_group_that_has_no_fact_but_a_day_given_before_is_no_reason(model):
    push = by_feature(model, FIRST_CREDIT=1.0, PREV_DAYS_DECISION_min=0.4)
    values = by_feature(model, 2.0, FIRST_CREDIT=470.0, PREV_DAYS_DECISION_min=470.0)
    assert [reason.key for reason in select(model, push, values)] == ["first_credit_recent"]


def test_the_day_of_a_job_is_none_of_the_credit_history(model):
    push = by_feature(model, FIRST_CREDIT=1.0, DAYS_EMPLOYED=0.4)
    selected = select(model, push, by_feature(model, 2.0, FIRST_CREDIT=470.0, DAYS_EMPLOYED=470.0))
    assert [reason.key for reason in selected] == ["first_credit_recent", "job_recent"]


def test_a_sentence_that_another_group_has_given_makes_room_for_the_next_fact(model):
    push = by_feature(model, INST_DELAY_max=1.0, POS_SK_DPD_max=0.4, POS_IS_LATE_share=0.3)
    values = by_feature(model, 2.0, INST_DELAY_max=90.0, POS_SK_DPD_max=478.0, POS_IS_LATE_share=4.0)
    assert [reason.key for reason in select(model, push, values)] == ["paid_late", "late_more_often"]
