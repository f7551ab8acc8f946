"""Reasons as the desk reads them: the stored sentence to a client, said about the client.

Stored words are evidence and never change; letters and the API carry them. A page takes value and rank out
of the stored sentence and puts them into the sentence of `desk_voice.toml`. Words of an older edition, which
no sentence of today's dictionary fits, are shown as they were stored.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from creditdesk.models import Reason
from creditdesk.reasons import wording
from creditdesk.reasons.dictionary import dictionary
from creditdesk.reasons.sentence import Sentence
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

FILE: Final = Path(__file__).with_name("desk_voice.toml")
FORMER_FILE: Final = Path(__file__).with_name("former_words.toml")


@dataclass(frozen=True, slots=True)
class DeskVoice:
    """`forms`: the words of a sentence's forms, in the order of the dictionary."""

    sentences: Mapping[str, Text]
    forms: Mapping[str, Sequence[Text]]
    groups: Mapping[str, Text]

    def words_for(self, sentence: Sentence, feature: str) -> Text:
        number = sentence.number_of_form(feature)
        return self.sentences[sentence.key] if number is None else self.forms[sentence.key][number]


@dataclass(frozen=True, slots=True)
class FormerSentence:
    """Former words, and their own for the desk; None where those of today take the same values."""

    to_client: Text
    about_client: Text | None


@dataclass(frozen=True, slots=True)
class FormerWords:
    """What a sentence, a phrase (by whether it is against the request) or a group's name has been before."""

    sentences: Mapping[str, Sequence[FormerSentence]]
    phrases: Mapping[bool, Sequence[Text]]
    groups: Mapping[str, Sequence[Text]]


@cache
def desk_voice() -> DeskVoice:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    sentences = content["sentence"]
    return DeskVoice(
        sentences={key: Text(words["en"], words["fr"]) for key, words in sentences.items()},
        forms={
            key: [Text(**form) for form in words["forms"]]
            for key, words in sentences.items()
            if "forms" in words
        },
        groups={code: Text(**words) for code, words in content["group"].items()},
    )


@cache
def former_words() -> FormerWords:
    content = tomllib.loads(FORMER_FILE.read_text(encoding="utf-8"))
    phrases = content["phrase"]
    return FormerWords(
        sentences={key: list(map(_former, texts)) for key, texts in content["sentence"].items()},
        phrases={
            against: [Text(words["en"], words["fr"]) for words in phrases if words["against"] == against]
            for against in (True, False)
        },
        groups={code: [Text(**words) for words in texts] for code, texts in content["group"].items()},
    )


def _former(words: Mapping[str, str]) -> FormerSentence:
    about_client = Text(words["desk_en"], words["desk_fr"]) if "desk_en" in words else None
    return FormerSentence(Text(words["en"], words["fr"]), about_client)


def text_for_the_desk(reason: Reason) -> str:
    """The reason about the client, in the language in force."""
    language = "fr" if formatting.reads_french() else "en"
    stored = reason.text(language)
    for to_client, about_client in _rewordings(reason, language):
        if match := _pattern(to_client).fullmatch(stored):
            # Former words name no part of the history.
            written = about_client.format(**{"scope": "", "loans": "", **match.groupdict()})
            return f"{written[:1].upper()}{written[1:]}."
    return stored


def _rewordings(reason: Reason, language: str) -> Iterator[tuple[str, str]]:
    """The sentence of the dictionary, or the name of the group, as today and before, each with its words
    for the desk."""
    sentence = dictionary().by_key.get(reason.key)
    if sentence and reason.key in desk_voice().sentences:
        today = desk_voice().words_for(sentence, reason.worded_feature)
        yield getattr(sentence.words_for(reason.worded_feature), language), getattr(today, language)
        for former in former_words().sentences.get(reason.key, ()):
            yield getattr(former.to_client, language), getattr(former.about_client or today, language)
    if not reason.key:
        yield from _rewordings_of_group(reason.code, language)


def _rewordings_of_group(code: str, language: str) -> Iterator[tuple[str, str]]:
    group, title = dictionary().groups.get(code), desk_voice().groups.get(code)
    if group is None or title is None:
        return
    former = former_words()
    names = [getattr(name, language) for name in (group.text, *former.groups.get(code, ()))]
    for against, to_client, about_client in wording.GROUP_PHRASES:
        about = getattr(about_client, language).format(getattr(title, language)).removesuffix(".")
        for phrase in (to_client, *former.phrases[against]):
            for name in names:
                yield getattr(phrase, language).format(name).removesuffix("."), about


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """A sentence of the dictionary as stored: its placeholders filled, a capital first, a full stop last.

    The scope may be empty.
    """
    parts = re.split(r"\{(\w+)\}", template)
    texts, names = parts[::2], parts[1::2]
    pattern = re.escape(texts[0])
    for name, text in zip(names, texts[1:], strict=True):
        filled = r"(?: \([^()]+\))?" if name in ("scope", "loans") else ".+?"
        pattern += f"(?P<{name}>{filled}){re.escape(text)}"
    # Compiled: the module's own cache forgets among so many sentences.
    return re.compile(f"(?i:{pattern})\\.")
