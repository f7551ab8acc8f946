"""The text of a letter: lines of plain text, each with a mark that says how it is set.

The text is what is kept and sealed; the PDF follows from it alone.
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
# They turn the direction of whatever follows them, also of our own words.
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_GAP: Final = re.compile(r"\n\s*\n")


def plain(value: object) -> str:
    """Somebody's words on one line: no control characters, nothing that changes how the rest is set."""
    kept = (c for c in str(value) if c not in _OVERRIDES)
    spaced = (" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in kept)
    return re.sub("[ ]+", " ", "".join(spaced)).strip()


def blocks(text: str) -> Iterator[Block]:
    """A paragraph ends at an empty line; every other block is one line."""
    for part in _GAP.split(text):
        loose: list[str] = []
        for bare in filter(None, map(str.strip, part.split("\n"))):
            # A mark stands before a space, also where nothing follows it.
            line = f"{bare} "
            mark = _mark_of(line)
            if mark is Mark.PARAGRAPH:
                loose.append(bare)
                continue
            yield Block(mark, line.removeprefix(mark).strip())
        if loose:
            yield Block(Mark.PARAGRAPH, " ".join(loose))


def written(text: str) -> str:
    """The text as it is kept: one line a block."""
    return "".join(f"{block.mark}{block.text}\n\n" for block in blocks(text))


def _mark_of(line: str) -> Mark:
    return next((mark for mark in _MARKS if line.startswith(mark)), Mark.PARAGRAPH)
