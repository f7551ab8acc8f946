"""The desk reads about the client what a letter says to them."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from creditdesk.models import Reason
from creditdesk.reasons import text_for_the_desk
from creditdesk.reasons.desk_voice import desk_voice, former_words
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.sentence import MAX_LENGTH
from creditdesk.reasons.wording import GROUP_PHRASES

SENTENCES = list(dictionary().by_key.values())
SECOND_PERSON = re.compile(r"\b(?:you|your|yours|vous|votre|vos)\b", re.IGNORECASE)
# As long as values get.
VALUE = "1 234 567 €"
SCOPE = " (last 24 months)"
FILLED = {"value": VALUE, "scope": SCOPE, "loans": SCOPE, "n": 99, "of": 100}


def stored(
    key: str, english: str, french: str, code: str = "income", version: str = "3.0", feature: str = "X"
) -> Reason:
    return Reason(
        code=code,
        contribution=0.5,
        feature=feature,
        worded_feature=feature,
        text_en=english,
        text_fr=french,
        version=version,
        key=key,
    )


def every_form() -> Iterator[tuple[str, str]]:
    """Keys of sentences, each with the name of a feature of each of its forms."""
    for sentence in SENTENCES:
        yield sentence.key, "X"
        for form in sentence.forms:
            yield sentence.key, form.of[0].replace("[0-9]", "3").replace("*", "X")


@pytest.mark.parametrize(("key", "feature"), every_form())
def test_every_sentence_is_about_the_client_with_the_same_values(key, feature):
    words = dictionary().by_key[key].words_for(feature)
    english, french = (
        f"{filled[:1].upper()}{filled[1:]}."
        for filled in (words.en.format(**FILLED), words.fr.format(**FILLED))
    )
    reason = stored(key, english, french, feature=feature)
    for language, to_client in (("en", english), ("fr", french)):
        with translation.override(language):
            about = text_for_the_desk(reason)
        assert not SECOND_PERSON.search(about), about
        assert re.findall(r"\d+", about) == re.findall(r"\d+", to_client)
        assert len(about) <= MAX_LENGTH + len(VALUE)
        assert (about == to_client) <= (not SECOND_PERSON.search(to_client))


def test_sentences_and_groups_are_those_of_the_dictionary():
    assert desk_voice().sentences.keys() == dictionary().by_key.keys()
    assert desk_voice().groups.keys() == dictionary().groups.keys()


@pytest.mark.parametrize("code", sorted(dictionary().groups))
@pytest.mark.parametrize("is_former", [False, True])
def test_the_name_of_a_group_is_about_the_client(code, is_former):
    title = [dictionary().groups[code].text, *former_words().groups.get(code, [])][-is_former]
    against = [GROUP_PHRASES[0][1], *former_words().phrases[True]][-is_former]
    reason = stored("", against.en.format(title.en), against.fr.format(title.fr), code)
    with translation.override("en"):
        assert text_for_the_desk(reason) == f"Against the request: {desk_voice().groups[code].en}."
    with translation.override("fr"):
        about = text_for_the_desk(reason)
    assert about == f"En défaveur de la demande : {desk_voice().groups[code].fr}."
    assert not SECOND_PERSON.search(about)


def test_a_sentence_stored_in_former_words_is_about_the_client_with_its_value():
    rare = "Few of the clients we accept work in your sector (Trade (type 3))."
    reason = stored(
        "sector_rare", rare, "Peu de clients acceptés travaillent dans votre secteur (Commerce (type 3))."
    )
    with translation.override("en"):
        assert text_for_the_desk(reason) == "Few accepted clients work in this sector (Trade (type 3))."
    with translation.override("fr"):
        about = text_for_the_desk(reason)
    assert about == "Peu de clients acceptés travaillent dans ce secteur (Commerce (type 3))."


def test_the_age_of_loans_elsewhere_is_compared_with_those_of_others_in_new_and_in_former_words():
    former = (
        "Vos crédits ailleurs datent de 3 mois (le dernier), moins que pour 9 clients acceptés sur 10.",
        "Vos crédits ailleurs ont 3 mois (le dernier), moins que ceux de 9 clients acceptés sur 10.",
    )
    today = "Votre dernier crédit ailleurs date de 3 mois, moins que celui de 9 clients acceptés sur 10."
    with translation.override("fr"):
        for words in former:
            about = text_for_the_desk(stored("credits_elsewhere_dated", words, words))
            assert about == former[-1].replace("Vos", "Les")
        about = text_for_the_desk(stored("credits_elsewhere_dated", today, today))
        assert about == today.replace("Votre", "Le")


def test_words_of_a_form_that_was_changed_within_an_edition_are_about_the_client():
    english = "On review you applied for €528 (on average), less than 19 in 20 clients we accept."
    french = "Après étude, vous demandiez 528 € (en moyenne), moins que 19 clients acceptés sur 20."
    reason = stored("earlier_requests_sized", english, french, feature="PREV_CASH_AMT_CREDIT_mean")
    with translation.override("en"):
        assert text_for_the_desk(reason) == english.replace("you", "the client").replace(
            "clients we accept", "accepted clients"
        )
    with translation.override("fr"):
        assert text_for_the_desk(reason) == french.replace("vous demandiez", "le client demandait")


def every_former_form() -> Iterator[tuple[str, str]]:
    return ((key, feature) for key, feature in every_form() if key in former_words().sentences)


@pytest.mark.parametrize(("key", "feature"), every_former_form())
def test_former_words_of_every_form_are_about_the_client_with_the_same_values(key, feature):
    for former in former_words().sentences[key]:
        filled = former.to_client.fr.format(**FILLED)
        stored_text = f"{filled[:1].upper()}{filled[1:]}."
        with translation.override("fr"):
            about = text_for_the_desk(stored(key, stored_text, stored_text, feature=feature))
        assert not SECOND_PERSON.search(about), about
        assert VALUE not in stored_text or VALUE in about


def test_former_words_without_the_value_of_today_keep_their_own_words_for_the_desk():
    former = "Nos refus de vos demandes sont plus récents que pour 9 clients acceptés sur 10."
    with translation.override("fr"):
        about = text_for_the_desk(stored("refusals_recent", former, former))
    assert about == "Nos refus sont plus récents que pour 9 clients acceptés sur 10."


@pytest.mark.parametrize("scope", ["", " (in 36 months)", " (last 36 months)"])
def test_the_part_of_a_history_may_be_named_or_not(scope):
    english = f"We refused 50% of your applications{scope}, a larger part than for 9 in 10 clients we accept."
    reason = stored("refused_share_lately", english, english)
    with translation.override("en"):
        about = text_for_the_desk(reason)
    assert about == (
        f"We refused 50% of the applications{scope}, a larger part than for 9 in 10 accepted clients."
    )


def test_words_from_before_parts_of_a_history_were_named_are_about_the_client():
    french = "Vous nous avez moins remboursé jusqu’ici que 9 clients acceptés sur 10."
    with translation.override("fr"):
        about = text_for_the_desk(stored("repaid_little_so_far", french, french))
    assert about == "Le client nous a moins remboursé jusqu’ici que 9 clients acceptés sur 10."


def test_former_words_are_those_of_sentences_and_groups_and_differ_from_todays():
    assert former_words().sentences.keys() <= dictionary().by_key.keys()
    assert former_words().groups.keys() <= dictionary().groups.keys()
    for key, texts in former_words().sentences.items():
        assert dictionary().by_key[key].text not in [former.to_client for former in texts]


@pytest.mark.parametrize("key", ["", "income_low", "a_key_of_yesterday"])
def test_words_of_an_older_edition_are_shown_as_they_were_stored(key):
    reason = stored(key, "Your income: €1,000", "Vos revenus : 1 000 €", version="2.12345678")
    with translation.override("en"):
        assert text_for_the_desk(reason) == "Your income: €1,000"
    with translation.override("fr"):
        assert text_for_the_desk(reason) == "Vos revenus : 1 000 €"
