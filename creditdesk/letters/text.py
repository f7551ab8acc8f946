"""The text of a letter: lines of plain text, each with a mark for its layout.

The text is stored and sealed; the PDF follows from it alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class Mark(StrEnum):
    HEAD = "^ "
    TITLE = "# "
    HEADING = "## "
    ITEM = "- "
    ROW = "= "
    LINE = "@ "
    DATE = "> "
    PARAGRAPH = ""


class Block(NamedTuple):
    mark: Mark
    text: str


CELLS: Final = "\t"
_MARKS: Final = tuple(mark for mark in Mark if mark)
# Characters that turn the direction of all text after them, the letter's own too.
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_GAP: Final = re.compile(r"\n\s*\n")
_NARROW_SIGN: Final = re.compile("[ \u00a0\u202f](?=[;?!])")
_WIDE_SIGN: Final = re.compile("[ \u00a0\u202f](?=[:%»€])|(?<=«)[ \u00a0\u202f]")


def plain(value: object) -> str:
    """Return entered text on one line, without control characters and direction overrides."""
    allowed = (c for c in str(value) if c not in _OVERRIDES)
    spaced = (" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in allowed)
    return re.sub("[ ]+", " ", "".join(spaced)).strip()


def blocks(text: str) -> Iterator[Block]:
    """Parse the blocks of a text: a paragraph ends at an empty line, every other block is one line."""
    for part in _GAP.split(text):
        paragraph: list[str] = []
        for stripped in filter(None, map(str.strip, part.split("\n"))):
            # A mark ends with a space, also where no text follows it.
            line = f"{stripped} "
            mark = _mark_of(line)
            if mark is Mark.PARAGRAPH:
                paragraph.append(stripped)
                continue
            yield Block(mark, line.removeprefix(mark).strip())
        if paragraph:
            yield Block(Mark.PARAGRAPH, " ".join(paragraph))


def normalized(text: str) -> str:
    """Return the text as it is stored: one line per block."""
    return "".join(f"{block.mark}{block.text}\n\n" for block in blocks(text))


def stored_text(text: str, language: str) -> str:
    """Return the text of a new letter as it is stored, with the spaces that its language sets."""
    if language != "fr":
        return normalized(text)
    return "".join(f"{block.mark}{_with_french_spaces(block.text)}\n\n" for block in blocks(text))


def _with_french_spaces(text: str) -> str:
    """French sets a narrow space before `; ? !` and a wide one before `: %` and inside quotation marks; no
    line breaks at either."""
    return _WIDE_SIGN.sub("\u00a0", _NARROW_SIGN.sub("\u202f", text))


def _mark_of(line: str) -> Mark:
    return next((mark for mark in _MARKS if line.startswith(mark)), Mark.PARAGRAPH)
