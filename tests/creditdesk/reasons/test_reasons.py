"""Selection of reasons: groups that push towards the verdict, told by facts outside the usual range."""

import json
import re

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import reasons, services
from creditdesk.models import Assessment
from creditdesk.models.reason import Strength
from creditdesk.reasons.evidence import Evidence
from creditdesk.reasons.group_sums import group_sums
from creditdesk.reasons.scope import scope
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.model import explainer_data, folder
from scoring.ml.tables.catalogue import PROTECTED
from tests.creditdesk.reasons.selections import by_feature, select
from tests.scoring.modelfolder import explainer_file, tiny_model

RATINGS_EN = "This counts against your request: your ratings at the credit rating agencies."
RATINGS_FR = "Ceci joue en votre défaveur\u00a0: vos notes auprès des organismes de notation."


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """With reference ranges: 10th percentile 1, 90th percentile 3 for every number."""
    path = tiny_model(tmp_path_factory.mktemp("models"), explain=True)
    return folder.load(path)


@given(seed=st.integers(0, 10_000), verdict=st.sampled_from(["accept", "refuse"]))
def test_at_most_four_groups_push_towards_the_verdict_in_the_order_of_their_sums(model, seed, verdict):
    rng = np.random.default_rng(seed)
    contributions = rng.normal(size=len(model.features))
    values = rng.choice([0.0, 2.0, 4.0, np.nan], size=len(model.features))
    sign = -1 if verdict == "accept" else 1
    sums = group_sums(model.features, contributions)
    selected = select(model, contributions, values, verdict)
    assert len(selected) <= 4
    sizes = [sign * reason.contribution for reason in selected]
    assert sizes == sorted(sizes, reverse=True)
    for reason in selected:
        assert reason.contribution == sums[reason.code]
        assert sign * reason.contribution > 0
        push = {
            name: sign * contributions[model.features.index(name)]
            for name in model.features
            if catalogue.BY_NAME[name].group == reason.code
        }
        strongest = sorted((name for name in push if push[name] > 0), key=lambda n: -push[n])
        assert list(reason.features) == strongest
        assert reason.feature == strongest[0]
        if reason.is_fact:
            value = values[model.features.index(reason.worded_feature)]
            assert value in (0.0, 4.0) or catalogue.BY_NAME[reason.worded_feature].categories
            assert push[reason.worded_feature] > 0


def test_groups_that_push_the_other_way_are_no_reasons(model):
    assert select(model, -np.ones(len(model.features))) == []
    assert select(model, np.ones(len(model.features)), verdict="accept") == []


def test_a_fact_is_worded_with_its_rank_and_its_value_in_both_languages(model):
    (reason,) = select(
        model, by_feature(model, DAYS_EMPLOYED=1.0), by_feature(model, 2.0, DAYS_EMPLOYED=900.0)
    )
    assert (reason.key, reason.rank) == ("job_recent", 0.9)
    assert reason.text_en == "You have been in your job for 2 years, less than 9 in 10 clients we accept."
    assert reason.text_fr == (
        "Vous êtes dans votre emploi depuis 2 ans, moins longtemps que 9 clients acceptés sur 10."
    )


def test_a_value_inside_the_range_is_never_named_the_next_of_the_group_is(model):
    push = by_feature(model, EXT_MEAN=2.0, EXT_SOURCE_3=0.5)
    (reason,) = select(model, push, by_feature(model, 2.0, EXT_SOURCE_3=0.14))
    assert (reason.feature, reason.worded_feature, reason.key) == ("EXT_MEAN", "EXT_SOURCE_3", "rating_one")
    assert "14 out of 100" in reason.text_en


@pytest.mark.parametrize("value", [1.0, 2.0, 3.0])
def test_without_a_fact_the_group_is_named(model, value):
    (reason,) = select(model, by_feature(model, EXT_MEAN=2.0), by_feature(model, 2.0, EXT_MEAN=value))
    assert (reason.is_fact, reason.rank) == (False, None)
    assert reason.text_en == RATINGS_EN
    assert reason.text_fr == RATINGS_FR


def test_a_value_on_its_good_side_is_not_named(model):
    (reason,) = select(model, by_feature(model, EXT_MEAN=2.0), by_feature(model, 2.0, EXT_MEAN=4.0))
    assert not reason.is_fact
    (reason,) = select(
        model, by_feature(model, EXT_MEAN=-2.0), by_feature(model, 2.0, EXT_MEAN=4.0), verdict="accept"
    )
    assert reason.key == "ratings_high"


def test_missing_data_is_never_a_ground(model):
    assert select(model, by_feature(model, EXT_MEAN=2.0), by_feature(model, 2.0, EXT_MEAN=np.nan)) == []
    push = by_feature(model, EXT_MEAN=2.0, EXT_SOURCE_3=0.5)
    values = by_feature(model, 2.0, EXT_MEAN=np.nan, EXT_SOURCE_3=0.2)
    (reason,) = select(model, push, values)
    assert reason.worded_feature == "EXT_SOURCE_3"


def test_what_surrounds_a_client_is_never_named(model):
    push = by_feature(model, OBS_30_CNT_SOCIAL_CIRCLE=2.0, ANSWERS_MISSING=2.0)
    assert select(model, push, by_feature(model, 4.0)) == []


def test_facts_come_before_names_of_groups_but_the_strongest_group_keeps_its_place(model):
    push = by_feature(
        model, EXT_MEAN=5.0, AMT_CREDIT=4.0, RATE_OF_CREDIT=3.0, DAYS_BIRTH=2.0, DAYS_EMPLOYED=1.0,
        PREV_IS_REFUSED_share=0.5,
    )  # fmt: skip
    values = by_feature(model, 2.0, DAYS_BIRTH=4.0, DAYS_EMPLOYED=4.0, PREV_IS_REFUSED_share=4.0)
    selected = select(model, push, values)
    assert [(reason.feature, reason.is_fact) for reason in selected] == [
        ("EXT_MEAN", False), ("DAYS_BIRTH", True), ("DAYS_EMPLOYED", True), ("PREV_IS_REFUSED_share", True),
    ]  # fmt: skip


def test_a_fact_that_carries_next_to_nothing_does_not_stand_for_its_group(model):
    push = by_feature(model, EXT_MEAN=2.0, EXT_SOURCE_3=0.05)
    (reason,) = select(model, push, by_feature(model, 2.0, EXT_SOURCE_3=0.14))
    assert not reason.is_fact


@pytest.mark.parametrize("name", ["RATE_OF_CREDIT", "RATE_OF_GOODS", "PREV_RATE_GAP_MEAN"])
def test_a_rate_that_the_desk_estimates_is_compared_and_not_given_in_figures(model, name):
    """A rate of 77 % a year would be usury, and the desk only estimates it from the instalment."""
    (reason,) = select(model, by_feature(model, **{name: 1.0}), by_feature(model, 2.0, **{name: 4.0}))
    assert reason.is_fact
    assert "estimat" in reason.text_en
    assert "estim" in reason.text_fr
    for text in (reason.text_en, reason.text_fr):
        assert "%" not in text
        assert set(re.findall(r"\d+", text)) <= {"9", "10"}


@pytest.mark.parametrize(("push", "is_named"), [(0.01, True), (0.005, False)])
def test_what_pushes_next_to_nothing_beside_the_strongest_is_no_reason(model, push, is_named):
    values = by_feature(model, 2.0, EXT_MEAN=0.2, DAYS_BIRTH=4.0)
    selected = select(model, by_feature(model, EXT_MEAN=2.0, DAYS_BIRTH=push), values)
    assert ("young" in [reason.key for reason in selected]) == is_named


def test_the_sum_of_the_ratings_is_no_ground_where_one_is_not_known(model):
    push = by_feature(model, EXT_SUM=2.0)
    assert select(model, push, by_feature(model, 2.0, EXT_SOURCE_1=np.nan)) == []
    (reason,) = select(model, push)
    assert reason.text_en == RATINGS_EN


@pytest.mark.parametrize("days", [3, 7, 15, 30])
def test_who_is_late_more_often_reads_from_which_delay_on(model, days):
    name = f"INST_IS_LATE_{days}_share"
    (reason,) = select(model, by_feature(model, **{name: 1.0}), by_feature(model, 2.0, **{name: 4.0}))
    assert f" more than {days} days late more often than " in reason.text_en
    assert f" avec plus de {days} jours de retard plus souvent que " in reason.text_fr


@pytest.mark.parametrize("name", ["POS_SK_DPD_max", "POS_SK_DPD_mean", "CARD_SK_DPD_max"])
def test_a_delay_of_years_that_the_records_count_on_is_no_ground(model, name):
    """Real clients have 2,061 days on a remainder that the same records ignore (SK_DPD_DEF is 0)."""
    push = by_feature(model, **{name: 1.0})
    for delay, is_fact in ((1_095.0, True), (2_061.0, False)):
        (reason,) = select(model, push, by_feature(model, 2.0, **{name: delay}))
        assert reason.is_fact is is_fact


def test_who_paid_in_time_reads_nothing_of_delays(model):
    push = by_feature(model, INST_90D_DELAY_mean=0.5)
    (reason,) = select(model, push, by_feature(model, 2.0, INST_90D_DELAY_mean=5.0))
    assert reason.text_en == (
        "On average you paid us 5 days late (last 90 days), more than 9 in 10 clients we accept."
    )


@pytest.mark.parametrize(
    ("feature", "english", "french"),
    [
        ("INST_CASH_AMT_PAYMENT_sum", " (cash loans)", " (prêts personnels)"),
        ("BURO_CONSUMER_DEBT_RATIO_mean", " (consumer loans)", " (consommation)"),
        ("PREV_CONSUMER_AMT_CREDIT_mean", " (purchase loans, on average)", " (achats à crédit, en moyenne)"),
        ("PREV_CONSUMER_DAYS_DECISION_max", " (purchase loans, latest)", " (achats à crédit, la dernière)"),
        ("BURO_DAYS_CREDIT_max", " (latest)", " (le dernier)"),
        ("PREV_36M_IS_REFUSED_share", " (last 36 months)", " (36 derniers mois)"),
        ("INST_730D_DELAY_mean", " (last 24 months)", " (24 derniers mois)"),
        ("PREV_LAST5_IS_REFUSED_share", " (the last 5)", " (5 dernières)"),
        ("BURO_LAST3_AMT_CREDIT_SUM_mean", " (on average, the last 3)", " (en moyenne, 3 derniers)"),
        ("PREV_FIRST2_AMT_CREDIT_mean", " (on average, the first 2)", " (en moyenne, les 2 premières)"),
        ("INST_LAST_LOAN_DELAY_mean", " (the latest loan)", " (le dernier crédit)"),
        ("POS_LAST3_LOANS_SK_DPD_mean", " (the last 3)", " (3 derniers)"),
        ("INST_FIRST1_DELAY_max", " (the first one)", " (la première)"),
        ("CARD_LAST_UTILISATION_value", " (the latest month)", " (le dernier mois)"),
        ("RATE_OVER_12M", " (over 12 months)", " (sur 12 mois)"),
        ("DUE_IN_12M", "", ""),
        ("PREV_APPROVED_DAYS_LAST_DUE_max", " (latest)", " (le dernier)"),
        ("INST_IS_LATE_share", "", ""),
    ],
)
def test_a_sentence_names_the_part_of_the_history_that_it_is_about(feature, english, french):
    with translation.override("en"):
        assert scope(catalogue.BY_NAME[feature]) == english
    with translation.override("fr"):
        assert scope(catalogue.BY_NAME[feature]) == french


@pytest.mark.parametrize(
    ("sector", "is_named"),
    [
        ("Trade: type 3", True),
        ("Business Entity Type 1", False),
        ("Business Entity Type 3", False),
        ("Other", False),
    ],
)
def test_a_sector_is_rare_with_all_that_bear_its_name(sector, is_named):
    """Companies are of three types that a client reads as one; the third is the commonest sector."""
    feature = catalogue.BY_NAME["ORGANIZATION_TYPE"]
    names = list(feature.categories)
    shares = np.full(len(names), 0.01)
    shares[names.index("Business Entity Type 3")] = 0.25
    reference_range = explainer_data.ReferenceRange(np.nan, np.nan, 1.0, shares)
    assert Evidence(feature, float(names.index(sector)), reference_range).is_rare_by_name == is_named


def test_missing_critical_inputs_are_the_reasons_of_a_referral(model):
    missing = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "AMT_ANNUITY")
    selected = select(model, by_feature(model, AMT_ANNUITY=-0.2), verdict="refer", missing=missing)
    assert [reason.feature for reason in selected] == list(missing)
    for reason in selected:
        name = reason.feature
        assert (reason.worded_feature, reason.features) == (name, (name,))
        assert (reason.code, reason.version) == (catalogue.BY_NAME[name].group, reasons.dictionary_version())
        assert reason.text_en.startswith("We do not have: ")
        assert reason.text_fr.startswith("Il nous manque : ")


def test_a_missing_input_that_the_model_does_not_use_is_a_reason_too(tmp_path):
    model = folder.load(tiny_model(tmp_path, features=("EXT_SOURCE_1", "EXT_SOURCE_2", "AMT_CREDIT")))
    (reason,) = select(model, by_feature(model, AMT_CREDIT=1.0), verdict="refer", missing=("DAYS_BIRTH",))
    assert (reason.feature, reason.contribution) == ("DAYS_BIRTH", 0.0)


def test_a_model_without_reference_ranges_names_groups_alone(tmp_path):
    model = folder.load(tiny_model(tmp_path))
    (reason,) = select(model, by_feature(model, EXT_SOURCE_2=1.0), by_feature(model, EXT_SOURCE_2=0.14))
    assert reason.text_en == RATINGS_EN


def test_the_rank_is_as_extreme_as_the_training_clients_show():
    reference_range = explainer_data.ReferenceRange(10.0, 90.0, 1.0, np.array([]), (1.0, 5.0, 95.0, 99.0))
    ranks = [reference_range.rank_of(value) for value in (0.5, 3.0, 7.0, 92.0, 97.0, 200.0)]
    assert ranks == pytest.approx([0.99, 0.95, 0.9, 0.9, 0.95, 0.99])
    of_an_older_folder = explainer_data.ReferenceRange(10.0, 90.0, 1.0, np.array([]))
    assert [of_an_older_folder.rank_of(value) for value in (0.5, 200.0)] == [0.9, 0.9]


@pytest.mark.parametrize(
    ("contribution", "strength"), [(0.5, Strength.STRONG), (0.2, Strength.MEDIUM), (0.05, Strength.SLIGHT)]
)
def test_a_reason_says_how_much_it_counted_without_log_odds(model, contribution, strength):
    (reason,) = select(model, by_feature(model, EXT_MEAN=contribution))
    assert reason.strength is strength


def test_sex_and_family_status_are_no_inputs_and_so_no_reasons():
    assert not PROTECTED & catalogue.BY_NAME.keys()


@pytest.mark.django_db
def test_what_was_shown_is_stored_with_the_version_of_its_dictionary(model_in_use, case_of, person):
    services.assess(case=case_of("advisor"), by=person("advisor"))
    stored = Assessment.objects.get().reasons
    assert {reason["version"] for reason in stored} == {reasons.dictionary_version()}
    assert json.loads(json.dumps(stored)) == stored
    assert engine.current().explainer is None


def test_the_file_of_another_model_is_refused(model):
    content = explainer_file(model.features)
    with pytest.raises(ValueError, match="other features"):
        explainer_data.parse(content, (*model.features[1:], model.features[0]))
