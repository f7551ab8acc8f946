"""The closed dictionary of reasons: what is in it, and what is in no sentence of it."""

import hashlib
import re

import pytest

from creditdesk import reasons
from creditdesk.reasons import dictionary as module
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.sentence import Side
from scoring.ml.features import catalogue
from scoring.ml.tables.catalogue import PROTECTED

# The conditions of an edition are fixed, because a replay selects by them: others make a new edition.
CONDITIONS_OF_EDITION_3 = "1e18272e0a33a335"
NEVER_NAMED = {"social_circle", "completeness", "application_moment", "region"}
SENTENCES = list(dictionary().by_key.values())


def test_it_holds_sixty_to_ninety_sentences_with_keys_of_their_own():
    listed = module.FILE.read_text(encoding="utf-8").count("\n[[sentence]]\n")
    assert 60 <= listed <= 90
    assert len(dictionary().by_key) == listed


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.key)
def test_a_sentence_is_about_features_of_the_catalogue_in_both_languages(sentence):
    assert set(sentence.features) <= catalogue.BY_NAME.keys()
    assert not {*sentence.features} & {*PROTECTED}
    for words in (sentence.text.en, sentence.text.fr, sentence.bring.en, sentence.bring.fr):
        assert words.strip() == words != ""
        assert not [name for name in catalogue.BY_NAME if "_" in name and name in words]
    assert set(re.findall(r"\{(\w*)\}", sentence.text.en)) == set(re.findall(r"\{(\w*)\}", sentence.text.fr))


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.key)
def test_a_sentence_compares_with_accepted_clients(sentence):
    compares_en = re.search(
        r"clients we accept|rare|most clients|than is usual|earlier ones", sentence.text.en
    )
    compares_fr = re.search(r"clients acceptés|rare|d’habitude|crédits passés", sentence.text.fr)
    assert compares_en
    assert compares_fr


def test_what_is_not_the_clients_own_doing_is_never_named():
    assert not NEVER_NAMED & dictionary().groups.keys()
    worded = {catalogue.BY_NAME[feature].group for feature in dictionary().sentences}
    assert not NEVER_NAMED & worded
    assert "housing" not in worded


def test_every_other_group_has_a_title_and_what_to_bring():
    assert dictionary().groups.keys() == catalogue.GROUPS.keys() - NEVER_NAMED
    for group in dictionary().groups:
        bring = dictionary().bring("", group)
        assert bring is not None
        assert bring.en != bring.fr


def test_no_category_is_shown_but_for_a_rare_one():
    for sentence in SENTENCES:
        has_categories = any(catalogue.BY_NAME[feature].categories for feature in sentence.features)
        assert has_categories == (sentence.side is Side.RARE), sentence.key


def test_the_conditions_of_the_edition_are_those_that_stored_reasons_were_selected_by():
    conditions = [(s.key, s.features, s.side, s.against, s.at_least) for s in SENTENCES]
    groups = sorted(dictionary().groups)
    digest = hashlib.sha256(repr((conditions, groups)).encode()).hexdigest()
    assert digest[:16] == CONDITIONS_OF_EDITION_3


def test_a_key_of_another_edition_has_nothing_to_bring():
    assert dictionary().bring("a_key_of_tomorrow", "a_group_of_tomorrow") is None


def test_a_changed_sentence_changes_the_version(monkeypatch, tmp_path):
    before = reasons.dictionary_version()
    changed = tmp_path / "dictionary.toml"
    changed.write_text(module.FILE.read_text(encoding="utf-8").replace("younger", "much younger"))
    monkeypatch.setattr(module, "_SOURCES", (changed, *module._SOURCES[1:]))
    module._version.cache_clear()
    try:
        assert reasons.dictionary_version() != before
        assert reasons.edition_of(reasons.dictionary_version()) == "3"
    finally:
        module._version.cache_clear()
