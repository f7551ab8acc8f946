"""The closed dictionary of reasons: what is in it, and what is in no sentence of it."""

import hashlib
import re
from itertools import product
from math import isfinite

import pytest
from django.utils.translation import override

from creditdesk import reasons
from creditdesk.reasons import dictionary as module
from creditdesk.reasons import values
from creditdesk.reasons.desk_voice import desk_voice
from creditdesk.reasons.dictionary import EDITION, dictionary
from creditdesk.reasons.scope import scope
from creditdesk.reasons.sentence import MAX_LENGTH, Sentence, Side
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature
from scoring.ml.tables.catalogue import PROTECTED
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

# The conditions of an edition are fixed, because a replay selects by them: others make a new edition.
CONDITIONS = {
    3: "1e18272e0a33a335",
    4: "2bb7adf4b6e4ce60",
    5: "bfc468bed757ccf5",
    6: "7ff5264228ca7344",
    7: "a6b0bc99fb0f61d1",
}
# A value of each kind that takes as many characters as any of real clients; 0.0 where none is written.
WIDEST = {
    "since": -695.0,
    "from_today": -695.0,
    "months_since": -23.0,
    "days": -695.0,
    "late": 200.0,
    "months": 23.0,
    "tenths": 12.3,
    "money": 675_000.0,
    "percent": 1.0,
    "above_whole": 2.0,
    "count": 123.0,
    "out_of_100": 0.46,
    "times": 0.14,
    "multiple": 7.2,
    "nothing": 0.0,
}
NEVER_NAMED = {"social_circle", "completeness", "application_moment", "region"}
SENTENCES = list(dictionary().by_key.values())


def in_force(edition: int = EDITION) -> list[Sentence]:
    return [sentence for sentence in dictionary(edition).by_key.values() if sentence.features]


@pytest.mark.parametrize("edition", CONDITIONS)
def test_an_edition_holds_sixty_to_ninety_sentences_with_keys_of_their_own(edition):
    assert 60 <= len(in_force(edition)) <= 90
    listed = module.FILE.read_text(encoding="utf-8").count("\n[[sentence]]\n")
    assert len(dictionary(edition).by_key) == listed


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.key)
def test_a_sentence_is_about_features_of_the_catalogue_in_both_languages(sentence):
    assert set(sentence.features) <= catalogue.BY_NAME.keys()
    assert not {*sentence.features} & {*PROTECTED}
    for text in (sentence.bring, *texts_of(sentence)):
        for words in (text.en, text.fr):
            assert words.strip() == words != ""
            assert not [name for name in catalogue.BY_NAME if "_" in name and name in words]
        assert set(re.findall(r"\{(\w*)\}", text.en)) == set(re.findall(r"\{(\w*)\}", text.fr))


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.key)
def test_a_sentence_compares_with_accepted_clients(sentence):
    for text in texts_of(sentence):
        assert re.search(r"clients we accept|rare|most clients|than is usual|earlier ones", text.en)
        assert re.search(r"clients acceptés|rare|d’habitude|crédits passés", text.fr)


@pytest.mark.parametrize("sentence", in_force(), ids=lambda sentence: sentence.key)
def test_a_form_is_of_a_feature_of_its_sentence_and_has_words_for_the_desk(sentence):
    numbers = {sentence.number_of_form(feature) for feature in sentence.features}
    assert numbers >= set(range(len(sentence.forms)))
    assert len(desk_voice().forms.get(sentence.key, ())) == len(sentence.forms)


@pytest.mark.parametrize("sentence", in_force(), ids=lambda sentence: sentence.key)
def test_a_sentence_keeps_to_its_length_with_the_longest_value_scope_and_rank(sentence):
    for language, feature in product(("en", "fr"), map(catalogue.BY_NAME.__getitem__, sentence.features)):
        with override(language):
            value = longest_value(sentence, feature)
            parts = {"scope": scope(feature), "loans": scope(feature, with_figure=False), "n": 99, "of": 100}
            name = feature.name
            for text in (sentence.words_for(name), desk_voice().words_for(sentence, name)):
                written = formatting.localize(text).format(value=value, **parts)
                assert len(written) <= MAX_LENGTH, written


def texts_of(sentence: Sentence) -> list[Text]:
    return [sentence.text, *(form.text for form in sentence.forms)]


def longest_value(sentence: Sentence, feature: Feature) -> str:
    """In the language in force."""
    shown = sentence.shown_for(feature.name)
    if shown is not None:
        return shown(WIDEST[shown.__name__])
    names = map(formatting.localize, feature.categories.values())
    return max(map(values.without_number, names), key=len)


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [(95.0, "in 3 months", "dans 3 mois"), (-800.0, "2 years ago", "il y a 2 ans")],
)
def test_a_date_lies_ahead_or_back(day, english, french):
    for language, words in (("en", english), ("fr", french)):
        with override(language):
            assert values.from_today(day) == words


def test_what_is_not_the_clients_own_doing_is_never_named():
    assert not NEVER_NAMED & dictionary().groups.keys()
    worded = {catalogue.BY_NAME[feature].group for feature in dictionary().sentences}
    assert not NEVER_NAMED & worded
    assert "housing" not in worded


def test_every_other_group_has_a_title_a_source_and_what_to_bring():
    assert dictionary().groups.keys() == catalogue.GROUPS.keys() - NEVER_NAMED
    for group in dictionary().groups:
        bring = dictionary().bring("", group)
        source = dictionary().source(group)
        assert bring is not None
        assert source is not None
        assert bring.en != bring.fr
        assert source.en != source.fr


def test_no_category_is_shown_but_for_a_rare_one():
    for sentence in in_force():
        has_categories = any(catalogue.BY_NAME[feature].categories for feature in sentence.features)
        assert has_categories == (sentence.side in {Side.RARE, Side.RARE_NAME}), sentence.key


@pytest.mark.parametrize(("edition", "fixed"), CONDITIONS.items())
def test_the_conditions_of_an_edition_are_those_that_stored_reasons_were_selected_by(edition, fixed):
    conditions = [
        (s.key, s.features, s.side, s.against, s.at_least, *([s.at_most] if isfinite(s.at_most) else []))
        for s in in_force(edition)
    ]
    groups = sorted(dictionary(edition).groups)
    digest = hashlib.sha256(repr((conditions, groups)).encode()).hexdigest()
    assert digest[:16] == fixed


def test_a_sentence_of_an_older_edition_is_selected_no_more_and_keeps_what_to_bring():
    retired = {sentence.key for sentence in in_force(3)} - {sentence.key for sentence in in_force()}
    assert "credits_36_months" in retired
    selected = {sentence.key for sentences in dictionary().sentences.values() for sentence in sentences}
    assert not retired & selected
    for key in retired:
        assert dictionary().bring(key, "") == dictionary(3).bring(key, "")
        assert dictionary().bring(key, "")


def test_the_features_of_one_fact_have_one_sentence():
    """Which of them a training keeps is chance; what the client reads is not."""
    by_feature = dictionary().sentences
    for features in (
        ("INST_DELAY_max", "INST_90D_DELAY_max", "POS_LAST_LOAN_SK_DPD_max"),
        ("PREV_DAYS_DECISION_mean", "PREV_CONSUMER_DAYS_DECISION_max", "PREV_APPROVED_DAYS_DECISION_mean"),
        ("BURO_DEBT_RATIO_max", "BURO_12M_DEBT_RATIO_max"),
        ("BURO_DEBT_RATIO_mean", "BURO_LAST3_DEBT_RATIO_mean"),
        ("EXT_MEAN", "EXT_PRODUCT_1_2"),
        ("PREV_AMT_APPLICATION_mean", "PREV_CASH_AMT_CREDIT_mean", "PREV_AMT_APPLICATION_min"),
        ("BURO_DAYS_CREDIT_max", "BURO_CARD_DAYS_CREDIT_mean"),
        ("CREDITS_12M", "CREDITS_24M", "PREV_12M_APPLICATIONS_count"),
    ):
        first, *remaining = ({s.key for s in by_feature[feature] if s.against} for feature in features)
        assert all(first & keys for keys in remaining), features


def test_a_key_of_another_edition_has_nothing_to_bring():
    assert dictionary().bring("a_key_of_tomorrow", "a_group_of_tomorrow") is None
    assert dictionary().source("a_group_of_tomorrow") is None


def test_a_changed_sentence_changes_the_version(monkeypatch, tmp_path):
    before = reasons.dictionary_version()
    changed = tmp_path / "dictionary.toml"
    changed.write_text(module.FILE.read_text(encoding="utf-8").replace("younger", "much younger"))
    monkeypatch.setattr(module, "_SOURCES", (changed, *module._SOURCES[1:]))
    module._version.cache_clear()
    try:
        assert reasons.dictionary_version() != before
        assert reasons.edition_of(reasons.dictionary_version()) == EDITION
    finally:
        module._version.cache_clear()
