"""A document of the technical file: sections with sentences that hold only where their figures are there."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Final

from django.utils.translation import override

from creditdesk.technical_file.evidence import SHOWN_DIGITS, Evidence

DOCUMENTS: Final = ("annex-iv", "fria")
LANGUAGES: Final = ("en", "fr")
FOLDER: Final = Path(__file__).parent
WORDS: Final = {
    "en": {
        "version": "Model version",
        "gaps": "What is missing",
        "none": "Nothing that this file knows of.",
        "sources": "Sources",
        "gap": "Missing",
        "colon": ":",
    },
    "fr": {
        "version": "Version du modèle",
        "gaps": "Ce qui manque",
        "none": "Rien que ce dossier connaisse.",
        "sources": "Sources",
        "gap": "Manque",
        "colon": "\N{NO-BREAK SPACE}:",
    },
}


class EmptySection(Exception):
    """A mandatory section has nothing to say; the message names it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a section asks for and nobody has supplied; `key` names the file that would close it."""

    document: str
    section: str
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    gaps: tuple[Gap, ...]


def render(document: str, language: str, evidence: Evidence, supplement: Mapping[str, str]) -> Rendered:
    """Write one document in one language. Raises EmptySection.

    `supplement` are texts of the organisation by key and language (`declaration.fr`): each closes a gap.
    """
    content = tomllib.loads((FOLDER / f"{document}.toml").read_text(encoding="utf-8"))
    words, gaps = WORDS[language], []
    blocks = [f"# {content['title'][language]}", f"{words['version']}{words['colon']} `{evidence.version}`"]
    blocks.append(content["preamble"][language])
    with override(language):
        for section in content["section"]:
            title = f"{section['number']}. {section['title'][language]}"
            sentences = _sentences(section, language, evidence)
            if not sentences:
                raise EmptySection(_why_empty(content["title"]["en"], section))
            supplied, missing = _supplied(document, section, language, supplement)
            gaps += missing
            lines = [f"*{words['gap']}{words['colon']} {gap.words}* (`{gap.key}`)" for gap in missing]
            blocks += [f"## {title}", "\n".join(sentences), *supplied, *lines]
    listed = [f"- {gap.section}{words['colon']} {gap.words} (`{gap.key}`)" for gap in gaps] or [words["none"]]
    blocks += [f"## {words['gaps']}", "\n".join(listed), f"## {words['sources']}"]
    blocks.append(_sources("\n".join(blocks), evidence))
    return Rendered("\n\n".join(blocks) + "\n", tuple(gaps))


def _sentences(section: Mapping[str, Any], language: str, evidence: Evidence) -> list[str]:
    """The sentences whose figures are all there, and in place of others what was not measured, where the
    document says by what; without one that rests on evidence, none where one must."""
    written, rests_on_evidence = [], False
    for sentence in section["sentence"]:
        names = _names(sentence[language])
        if not names <= evidence.figures.keys():
            written += [f"- {sentence['without'][language]}"] if "without" in sentence else []
            continue
        rests_on_evidence |= bool(names)
        written.append(f"- {sentence[language].format_map({name: _cited(name, evidence) for name in names})}")
    needs_evidence = section.get("needs_evidence", True)
    return written if rests_on_evidence or not needs_evidence else []


def _why_empty(title: str, section: Mapping[str, Any]) -> str:
    unmeasured = [sentence["without"]["en"] for sentence in section["sentence"] if "without" in sentence]
    return " ".join([f"{title}: section {section['number']} is empty.", *unmeasured]).removesuffix(".")


def _names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _cited(name: str, evidence: Evidence) -> str:
    figure = evidence.figures[name]
    return f"{figure.words()} [{figure.source} {evidence.digests[figure.source][:SHOWN_DIGITS]}]"


def _supplied(
    document: str, section: Mapping[str, Any], language: str, supplement: Mapping[str, str]
) -> tuple[list[str], list[Gap]]:
    """The texts that the organisation supplied for a section, and the gaps that stay."""
    texts, gaps = [], []
    for gap in section.get("gap", ()):
        if text := supplement.get(f"{gap['key']}.{language}", "").strip():
            texts.append(text)
        else:
            gaps.append(Gap(document, str(section["number"]), gap["key"], gap[language]))
    return texts, gaps


def _sources(text: str, evidence: Evidence) -> str:
    """The whole digest of each source that the text cites."""
    cited = {name: digest for name, digest in evidence.digests.items() if f"[{name} " in text}
    return "\n".join(f"- {name}: `{digest}`" for name, digest in cited.items())
