"""The PDF of a letter. The same text, title and day give the same bytes."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final, cast

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TextDirection, XPos, YPos

from creditdesk.letters.text import CELLS, Block, Mark, blocks

FONTS: Final = Path(__file__).parent / "fonts" / "dejavu-2.37.3"
FONT: Final = "DejaVu"
TEXT_COLOUR, MUTED_COLOUR, RULE_COLOUR = (28, 33, 44), (96, 103, 118), (196, 202, 212)
# Margins and heights in millimetres, font sizes in points.
LEFT, RIGHT, TOP, BOTTOM = 25, 22, 34, 19
BODY_SIZE, SMALL_SIZE, LEADING = 9.2, 7.5, 4.2
LABEL_WIDTH: Final = 80
# Space that a paragraph needs on its page when a signature or a table follows it.
CLOSING_HEIGHT: Final = 13.5
# The addressee stands in the window of an envelope.
ADDRESS_INDENT: Final = 93

# Letters that were stored before `stored_text` set the spaces of French; their files stay the same.
_LOOSE_SIGN: Final = re.compile("(?<=«) | (?=[:;?!%»€])")


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """Properties of the file that its text does not give: language, footer of every page, creation date."""

    language: str
    footer: str
    created_at: datetime


class _Document(FPDF):
    """A4 pages with the bank's letterhead and a footer with page numbers."""

    def __init__(self, info: DocumentInfo, sender: Sequence[str], title: str) -> None:
        super().__init__(format="A4")
        self.info = info
        self.sender = sender
        self.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(title)
        self.set_author(sender[0])
        self.set_lang(info.language)
        self.set_creation_date(info.created_at)

    def header(self) -> None:
        self.set_xy(LEFT, 12)
        name, *address = self.sender
        self.write_line(name, size=13, style="B")
        for line in address:
            self.write_line(line, size=SMALL_SIZE, colour=MUTED_COLOUR)
        self.set_draw_color(*RULE_COLOUR)
        self.set_line_width(0.25)
        self.line(LEFT, 29, self.w - RIGHT, 29)
        self.set_xy(LEFT, TOP)

    def footer(self) -> None:
        self.set_y(-16)
        self.set_text_color(*MUTED_COLOUR)
        self.set_font(FONT, "", SMALL_SIZE)
        self.cell(0, 4, self.info.footer)
        self.set_x(LEFT)
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align=Align.R)

    def write_line(
        self,
        text: str,
        *,
        size: float = BODY_SIZE,
        style: str = "",
        colour: tuple[int, int, int] = TEXT_COLOUR,
        indent: float = 0,
        align: Align = Align.L,
    ) -> None:
        if self.info.language == "fr":
            text = _without_loose_signs(text)
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)
        self.shape(text)
        self.set_x(LEFT + indent)
        height = LEADING * size / BODY_SIZE
        self.multi_cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def height_of(self, text: str, width: float) -> float:
        """Measure the text in the current font without writing it."""
        height = self.multi_cell(
            width, LEADING, text, align=Align.L, dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return float(cast("float", height))

    def keep_paragraph_together(self, text: str) -> None:
        """Keep a short paragraph on one page, so that no page begins with its last line."""
        self.set_font(FONT, "", BODY_SIZE)
        self.shape(text)
        height = self.height_of(text, self.epw)
        if height <= 7 * LEADING:
            self.reserve(height)

    def shape(self, text: str) -> None:
        """Join letters and order right-to-left scripts inside a line that runs from the left."""
        self.set_text_shaping(any(map(_is_shaped, text)), direction=TextDirection.LTR)

    def reserve(self, height: float) -> None:
        """Begin a new page unless this height is free on the page."""
        if self.will_page_break(height):
            self.add_page()


def _without_loose_signs(text: str) -> str:
    """French sets a space before `: ; ? ! %` and inside quotation marks; no line breaks at it."""
    return _LOOSE_SIGN.sub("\u00a0", text)


def _is_shaped(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"R", "AL", "AN"} or bool(unicodedata.combining(character))


def render_pdf(text: str, info: DocumentInfo) -> bytes:
    head, *body = blocks(text)
    title = next(block.text for block in body if block.mark is Mark.TITLE)
    document = _Document(info, head.text.split(CELLS), title)
    document.add_page()
    previous = Mark.HEAD
    for block, following in zip_longest(body, body[1:]):
        if following and following.mark is Mark.LINE:
            document.reserve(CLOSING_HEIGHT)
        _add_space(document, previous, block.mark)
        write = _addressee if previous is Mark.HEAD else _WRITERS[block.mark]
        write(document, block)
        previous = block.mark
    return bytes(document.output())


def _add_space(document: _Document, previous: Mark, mark: Mark) -> None:
    """Set blocks apart; items of a list, rows of a table and lines of an address follow closely."""
    if document.get_y() > TOP:
        is_close = previous == mark and mark in {Mark.ITEM, Mark.ROW, Mark.LINE}
        document.ln(0.9 if is_close else {Mark.TITLE: 4, Mark.HEADING: 3, Mark.LINE: 3}.get(mark, 2))


def _title(document: _Document, block: Block) -> None:
    document.write_line(block.text, size=13, style="B")


def _heading(document: _Document, block: Block) -> None:
    # A heading never stands alone at the foot of a page.
    document.reserve(3 * LEADING)
    document.write_line(block.text, size=10.5, style="B")


def _item(document: _Document, block: Block) -> None:
    document.reserve(LEADING)
    top = document.get_y()
    document.write_line("•", colour=MUTED_COLOUR)
    document.set_y(top)
    document.write_line(block.text, indent=5)


def _row(document: _Document, block: Block) -> None:
    label, _, value = block.text.partition(CELLS)
    document.set_font(FONT, "", BODY_SIZE)
    document.shape(label)
    document.reserve(document.height_of(label, LABEL_WIDTH - 4))
    top = document.get_y()
    document.set_text_color(*MUTED_COLOUR)
    document.set_x(LEFT)
    document.multi_cell(LABEL_WIDTH - 4, LEADING, label, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    below_label = document.get_y()
    document.set_y(top)
    document.write_line(value, indent=LABEL_WIDTH)
    document.set_y(max(below_label, document.get_y()))


def _addressee(document: _Document, block: Block) -> None:
    document.ln(5)
    document.write_line(block.text, size=10.5, style="B", indent=ADDRESS_INDENT)
    document.ln(3)


def _line(document: _Document, block: Block) -> None:
    document.write_line(block.text, style="B")


def _date(document: _Document, block: Block) -> None:
    document.write_line(block.text, align=Align.R)


def _paragraph(document: _Document, block: Block) -> None:
    document.keep_paragraph_together(block.text)
    document.write_line(block.text)


_WRITERS: Final[dict[Mark, Callable[[_Document, Block], None]]] = {
    Mark.TITLE: _title,
    Mark.HEADING: _heading,
    Mark.ITEM: _item,
    Mark.ROW: _row,
    Mark.LINE: _line,
    Mark.DATE: _date,
    Mark.PARAGRAPH: _paragraph,
}
