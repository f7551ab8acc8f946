"""Reasons rebuilt for a replay: each edition of the dictionary keeps its own rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import reasons
from creditdesk.models import Reason
from creditdesk.reasons import v1
from creditdesk.reasons.group_sums import group_sums
from scoring.ml.features import catalogue
from scoring.ml.model import folder
from tests.scoring.modelfolder import tiny_model

STORED_KEYS = {
    "code",
    "version",
    "contribution",
    "feature",
    "told",
    "features",
    "key",
    "rank",
    "text_en",
    "text_fr",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return folder.load(tiny_model(tmp_path_factory.mktemp("models"), explain=True))


def rebuild(model, version, contributions, verdict="refuse", missing=(), values=None):
    return reasons.rebuild(
        version,
        model,
        values=np.ones(len(model.features)) if values is None else values,
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows={"bureau": 0},
    )


def keys_by_edition(model, earlier, contributions, values):
    """The keys of the reasons, by edition: that of an earlier version, and the one in force."""
    versions = (earlier, reasons.dictionary_version())
    return {
        reasons.edition_of(version): [
            reason.key for reason in rebuild(model, version, contributions, values=values)
        ]
        for version in versions
    }


def by_feature(model, **numbers):
    """One number per feature, zero where none is given."""
    array = np.zeros(len(model.features))
    for name, number in numbers.items():
        array[model.features.index(name)] = number
    return array


def test_the_first_edition_selects_the_ten_largest_contributions_of_either_sign(model):
    contributions = np.random.default_rng(3).normal(size=len(model.features))
    selected = rebuild(model, "1", contributions)
    largest = sorted(contributions, key=lambda contribution: -abs(contribution))[:10]
    assert [reason.contribution for reason in selected] == largest
    for reason in selected:
        assert contributions[model.features.index(reason.feature)] == reason.contribution
        assert reason.code == catalogue.BY_NAME[reason.feature].group


def test_the_first_edition_keeps_the_order_of_the_model_between_equal_contributions(model):
    third = np.arange(len(model.features)) % 3 == 0
    selected = rebuild(model, "1", np.where(third, -2.0, 1.0))
    assert [reason.feature for reason in selected] == [
        name for name, large in zip(model.features, third, strict=True) if large
    ][:10]


def test_the_first_edition_words_a_reason_as_label_and_value(model):
    values, contributions = (
        np.full(len(model.features), np.nan),
        by_feature(model, AMT_CREDIT=-2.0, AMT_ANNUITY=1.0),
    )
    values[model.features.index("AMT_CREDIT")] = 1234.0
    credit, instalment, *_ = v1.reasons_for(model, values, contributions, {})
    assert credit.to_json() == {
        "code": "loan_size",
        "feature": "AMT_CREDIT",
        "contribution": -2.0,
        "text_en": f"{catalogue.BY_NAME['AMT_CREDIT'].label.en}: €1,234",
        "text_fr": f"{catalogue.BY_NAME['AMT_CREDIT'].label.fr}: 1\u202f234\xa0€",
    }
    assert instalment.text_en == f"{catalogue.BY_NAME['AMT_ANNUITY'].label.en}: missing"
    assert instalment.text_fr.endswith(": manquant")


@pytest.mark.parametrize(
    ("name", "value", "english", "french"),
    [
        ("EXT_SOURCE_2", 0.158, "0.158", "0,158"),
        ("DAYS_EMPLOYED", -1157.0, "3 years 2 months in the job", "3 ans et 2 mois dans l’emploi"),
    ],
)
def test_the_first_edition_goes_on_writing_values_as_it_did(model, name, value, english, french):
    values = np.full(len(model.features), np.nan)
    values[model.features.index(name)] = value
    (reason, *_) = v1.reasons_for(model, values, by_feature(model, **{name: 1.0}), {})
    assert reason.text_en.endswith(f": {english}")
    assert reason.text_fr.endswith(f": {french}")


@pytest.mark.parametrize(("rows", "why"), [({}, "not provided"), ({"bureau": 0}, "no history")])
def test_the_first_edition_gives_the_reason_of_a_missing_history(model, rows, why):
    name = next(feature.name for feature in catalogue.FEATURES if feature.table == "bureau")
    (reason, *_) = v1.reasons_for(
        model, np.full(len(model.features), np.nan), by_feature(model, **{name: 1.0}), rows
    )
    assert (reason.feature, reason.text_en.rpartition(": ")[2]) == (name, why)


@pytest.mark.parametrize("verdict", ["accept", "refuse"])
def test_the_current_edition_rebuilds_the_reasons_of_today(model, verdict):
    contributions = np.random.default_rng(4).normal(size=len(model.features))
    rebuilt = rebuild(model, reasons.dictionary_version(), contributions, verdict)
    assert rebuilt == reasons.reasons_for(
        model,
        values=np.ones(len(model.features)),
        contributions=contributions,
        verdict=verdict,
        missing=(),
        history_rows={"bureau": 0},
    )
    assert all(set(reason.to_json()) == STORED_KEYS for reason in rebuilt)


def test_the_reasons_of_a_referral_are_rebuilt_from_its_missing_inputs(model):
    (reason,) = rebuild(model, "2.00000000", by_feature(model), "refer", ("AMT_CREDIT",))
    assert reason.feature == "AMT_CREDIT"


@given(seed=st.integers(0, 1_000), verdict=st.sampled_from(["accept", "refuse"]))
def test_the_second_edition_ranks_at_most_four_groups_by_their_sums(model, seed, verdict):
    contributions = np.random.default_rng(seed).normal(size=len(model.features))
    sign = -1 if verdict == "accept" else 1
    sums = group_sums(model.features, contributions)
    pushing = sorted((group for group in sums if sign * sums[group] > 0), key=lambda g: -sign * sums[g])
    selected = rebuild(model, "2.0badf00d", contributions, verdict)
    assert [reason.code for reason in selected] == pushing[:4]
    for reason in selected:
        push = {name: sign * contributions[model.features.index(name)] for name in reason.features}
        assert list(reason.features) == sorted(push, key=lambda name: -push[name])
        assert min(push.values()) > 0
        assert (reason.version, reason.feature) == ("2.0badf00d", reason.features[0])


def test_the_third_edition_tells_a_fact_by_its_own_features(model):
    """The mean share still owed has had a sentence since the fourth edition; the highest had one before."""
    contributions = by_feature(model, BURO_DEBT_RATIO_mean=0.5, BURO_DEBT_RATIO_max=0.1)
    values = np.ones(len(model.features))
    for name in ("BURO_DEBT_RATIO_mean", "BURO_DEBT_RATIO_max"):
        values[model.features.index(name)] = 4.0
    keys = {}
    for version in ("3.0badf00d", "4.0badf00d", "5.0badf00d", reasons.dictionary_version()):
        (reason,) = rebuild(model, version, contributions, values=values)
        assert (reason.code, reason.feature) == ("other_lenders_debt", "BURO_DEBT_RATIO_mean")
        keys[reasons.edition_of(version)] = (reason.key, reason.worded_feature)
    assert keys == {
        3: ("owe_more_than_borrowed", "BURO_DEBT_RATIO_max"),
        4: ("owe_much_elsewhere", "BURO_DEBT_RATIO_mean"),
        5: ("owe_much_elsewhere", "BURO_DEBT_RATIO_mean"),
        # Four times what was lent is an error of the record, no fact.
        7: ("", "BURO_DEBT_RATIO_mean"),
    }


def test_the_sixth_edition_names_no_group_of_which_a_quarter_is_missing(model):
    contributions = by_feature(model, EXT_SOURCE_1=0.3, EXT_SOURCE_2=0.7)
    values = by_feature(model, EXT_SOURCE_1=np.nan, EXT_SOURCE_2=2.0)
    assert [reason.code for reason in rebuild(model, "5.0badf00d", contributions, values=values)] == [
        "external_ratings"
    ]
    assert rebuild(model, reasons.dictionary_version(), contributions, values=values) == []


def test_the_fourth_edition_repeats_a_sentence_and_tells_what_pushes_next_to_nothing(model):
    contributions = by_feature(model, INST_DELAY_max=0.5, POS_SK_DPD_max=0.4, DAYS_BIRTH=0.001)
    values = by_feature(model, INST_DELAY_max=90.0, POS_SK_DPD_max=478.0, DAYS_BIRTH=4.0)
    assert keys_by_edition(model, "4.0badf00d", contributions, values) == {
        4: ["paid_late", "paid_late", "young"],
        7: ["paid_late"],
    }


def test_the_sixth_edition_gives_a_day_twice(model):
    contributions = by_feature(model, FIRST_CREDIT=0.5, PREV_DAYS_DECISION_min=0.4)
    values = by_feature(model, FIRST_CREDIT=470.0, PREV_DAYS_DECISION_min=470.0)
    assert keys_by_edition(model, "6.0badf00d", contributions, values) == {
        6: ["first_credit_recent", "our_applications_dated"],
        7: ["first_credit_recent"],
    }


def test_the_sixth_edition_leaves_a_group_out_whose_sentence_was_given(model):
    contributions = by_feature(model, INST_DELAY_max=1.0, POS_SK_DPD_max=0.4, POS_IS_LATE_share=0.3)
    values = by_feature(model, INST_DELAY_max=90.0, POS_SK_DPD_max=478.0, POS_IS_LATE_share=4.0)
    assert keys_by_edition(model, "6.0badf00d", contributions, values) == {
        6: ["paid_late"],
        7: ["paid_late", "late_more_often"],
    }


def test_a_reason_of_the_second_edition_keeps_its_stored_keys():
    texts = {"text_en": "The requested credit is €300.", "text_fr": "Le crédit demandé est de 300 €."}
    stored = {
        "code": "loan_size", "version": "2.0badf00d", "contribution": 0.3, "feature": "AMT_CREDIT",
        "told": "AMT_CREDIT", "features": ["AMT_CREDIT"], **texts,
    }  # fmt: skip
    assert Reason.from_json(stored).to_json() == stored


def stored_reason(**version: str) -> Reason:
    """A reason as it was stored, with or without the version of its dictionary."""
    texts = {"text_en": "The income is low.", "text_fr": "Le revenu est faible."}
    return Reason.from_json(
        {"code": "income", "feature": "AMT_INCOME_TOTAL", "contribution": 0.1, **texts, **version}
    )


def test_stored_reasons_name_their_dictionary():
    assert (
        reasons.version_of([stored_reason(version="2.0badf00d"), stored_reason(version="9")]) == "2.0badf00d"
    )
    assert reasons.version_of([stored_reason()]) == "1"
    assert reasons.version_of([]) == reasons.dictionary_version()
    assert reasons.edition_of("2.0badf00d") == 2
    assert reasons.edition_of(reasons.dictionary_version()) == 7
    assert reasons.edition_of("1") == 1
    assert reasons.edition_of("9.0badf00d") < reasons.edition_of("10.0badf00d")
