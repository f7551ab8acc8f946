"""Selection of reasons: groups of features that push towards the verdict, worded beside reference ranges."""

import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import reasons, services
from creditdesk.models import Assessment
from creditdesk.reasons import phrases
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model import explainer_data, folder
from scoring.ml.tables.catalogue import PROTECTED
from tests.scoring.modelfolder import explainer_file, tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """With reference ranges: 10th percentile 1, 90th percentile 3 for every number."""
    path = tiny_model(tmp_path_factory.mktemp("models"), explain=True)
    return folder.load(path)


def select(model, contributions, values=None, verdict="refuse", missing=()):
    values = np.zeros(len(model.features)) if values is None else values
    return reasons.reasons_for(
        model,
        values=values,
        contributions=contributions,
        verdict=verdict,
        missing=missing,
        history_rows={},
    )


def by_feature(model, **numbers):
    """One number per feature, zero where none is given."""
    array = np.zeros(len(model.features))
    for name, number in numbers.items():
        array[model.features.index(name)] = number
    return array


@given(seed=st.integers(0, 10_000), verdict=st.sampled_from(["accept", "refuse"]))
def test_at_most_four_groups_are_ranked_by_their_summed_contributions(model, seed, verdict):
    contributions = np.random.default_rng(seed).normal(size=len(model.features))
    sign = -1 if verdict == "accept" else 1
    sums: defaultdict[str, float] = defaultdict(float)
    for name, amount in zip(model.features, contributions, strict=True):
        sums[catalogue.BY_NAME[name].group] += amount
    pushing = sorted((group for group in sums if sign * sums[group] > 0), key=lambda g: -sign * sums[g])
    selected = select(model, contributions, verdict=verdict)
    assert [reason.code for reason in selected] == pushing[:4]
    for reason in selected:
        assert reason.contribution == pytest.approx(sums[reason.code], abs=1e-9)
        members = [n for n in model.features if catalogue.BY_NAME[n].group == reason.code]
        push = {name: sign * contributions[model.features.index(name)] for name in members}
        strongest = sorted((name for name in members if push[name] > 0), key=lambda n: -push[n])
        assert list(reason.features) == strongest
        assert reason.feature == strongest[0]


def test_groups_that_push_the_other_way_are_no_reasons(model):
    assert select(model, -np.ones(len(model.features))) == []
    assert select(model, np.ones(len(model.features)), verdict="accept") == []


def test_equal_groups_keep_the_order_of_the_model(model):
    feature_of = {catalogue.BY_NAME[name].group: name for name in model.features}
    groups = explainer_data.groups_of(model.features)
    push = {feature_of[group]: 1.0 if i % 2 else 2.0 for i, group in enumerate(groups)}
    assert [reason.code for reason in select(model, by_feature(model, **push))] == list(groups[:8:2])


def test_a_feature_without_contribution_is_not_part_of_a_reason(model):
    (reason,) = select(model, by_feature(model, AMT_CREDIT=0.01))
    assert reason.features == ("AMT_CREDIT",)


def test_the_sentence_has_the_clients_value_and_the_reference_range(model):
    (reason,) = select(model, by_feature(model, EXT_SOURCE_2=1.0), by_feature(model, EXT_SOURCE_2=0.14))
    assert reason.text_en == (
        "External credit rating 2 is 0.140; for most accepted clients: between 1.000 and 3.000."
    )
    assert reason.text_fr.startswith("La note de crédit externe n° 2 est de 0,140")


def test_a_value_inside_the_reference_range_gets_a_remark(model):
    (reason,) = select(model, by_feature(model, AMT_CREDIT=1.0), by_feature(model, AMT_CREDIT=2.0))
    assert "usual among accepted clients too" in reason.text_en


def test_age_is_named_like_any_other_feature(model):
    (reason,) = select(model, by_feature(model, DAYS_BIRTH=1.0), by_feature(model, DAYS_BIRTH=-9000.0))
    assert reason.text_en.startswith("The client’s age is 24 years")
    assert reason.text_fr.startswith("L’âge du client est de 24 ans")


def test_a_group_is_worded_by_its_strongest_presentable_feature(model):
    (reason,) = select(model, by_feature(model, EXT_PRODUCT=2.0, EXT_SOURCE_3=0.5))
    assert (reason.feature, reason.worded_feature) == ("EXT_PRODUCT", "EXT_SOURCE_3")


def test_missing_critical_inputs_are_the_reasons_of_a_referral(model):
    missing = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "AMT_ANNUITY")
    selected = select(
        model, by_feature(model, AMT_ANNUITY=-0.2, AMT_INCOME_TOTAL=0.1), verdict="refer", missing=missing
    )
    assert [reason.feature for reason in selected] == ["AMT_ANNUITY", "AMT_INCOME_TOTAL", "AMT_CREDIT"]
    assert [reason.contribution for reason in selected] == pytest.approx([-0.2, 0.1, 0.0])
    for reason in selected:
        name = reason.feature
        assert (reason.worded_feature, reason.features) == (name, (name,))
        assert (reason.code, reason.version) == (catalogue.BY_NAME[name].group, reasons.dictionary_version())
        assert "not known" in reason.text_en


def test_a_missing_input_that_the_model_does_not_use_is_a_reason_too(tmp_path):
    model = folder.load(tiny_model(tmp_path, features=("EXT_SOURCE_1", "EXT_SOURCE_2", "AMT_CREDIT")))
    (reason,) = select(model, by_feature(model, AMT_CREDIT=1.0), verdict="refer", missing=("DAYS_BIRTH",))
    assert (reason.feature, reason.contribution) == ("DAYS_BIRTH", 0.0)


def test_without_reference_ranges_the_fact_stands_alone(tmp_path):
    model = folder.load(tiny_model(tmp_path))
    (reason,) = select(model, by_feature(model, EXT_SOURCE_2=1.0), by_feature(model, EXT_SOURCE_2=0.14))
    assert reason.text_en == "External credit rating 2 is 0.140."


@pytest.mark.parametrize("group", catalogue.GROUPS)
def test_every_feature_is_worded_in_both_languages_without_its_column_name(model, group):
    for feature in (feature for feature in catalogue.FEATURES if feature.group == group):
        for value in (np.nan, 0.0, 1.0, -1234.5, 1e308):
            values = np.full(len(model.features), value)
            (reason,) = select(model, by_feature(model, **{feature.name: 1.0}), values)
            assert reason.worded_feature == feature.name
            for text in (reason.text_en, reason.text_fr):
                assert feature.name not in text
                assert "score too low" not in text.lower()
                assert "{" not in text
                assert text.endswith(".")


def test_sex_and_family_status_are_no_inputs_and_so_no_reasons():
    assert not PROTECTED & catalogue.BY_NAME.keys()


def test_a_category_has_the_share_of_accepted_clients_in_it(model):
    feature = next(feature for feature in catalogue.FEATURES if feature.unit is Unit.CATEGORY)
    (reason,) = select(model, by_feature(model, **{feature.name: 1.0}))
    assert "so it is for 25% of accepted clients" in reason.text_en


@pytest.mark.django_db
def test_what_was_shown_is_stored_with_the_version_of_its_dictionary(model_in_use, case_of, person):
    services.assess(case=case_of("advisor"), by=person("advisor"))
    stored = Assessment.objects.get().reasons
    assert {reason["version"] for reason in stored} == {reasons.dictionary_version()}
    assert json.loads(json.dumps(stored)) == stored
    assert engine.current().explainer is None


def test_a_changed_phrase_changes_the_version(monkeypatch):
    before = reasons.dictionary_version()
    reasons.dictionary_version.cache_clear()
    words = {**phrases.PHRASES, "AMT_CREDIT": catalogue.BY_NAME["AMT_CREDIT"].label}
    monkeypatch.setattr(phrases, "PHRASES", words)
    try:
        assert reasons.dictionary_version() != before
    finally:
        reasons.dictionary_version.cache_clear()


def test_the_file_of_another_model_is_refused(model):
    content = explainer_file(model.features)
    with pytest.raises(ValueError, match="other features"):
        explainer_data.parse(content, (*model.features[1:], model.features[0]))
