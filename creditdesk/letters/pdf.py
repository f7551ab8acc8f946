"""Set the text of a letter as a PDF. The same text, title and day give the same bytes."""

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
INK, QUIET, LINE = (28, 33, 44), (96, 103, 118), (196, 202, 212)
LEFT, RIGHT, TOP, BOTTOM = 25, 22, 36, 22
BODY, SMALL, LEADING = 9.3, 7.5, 4.6
LABEL_WIDTH: Final = 80
# A signature stays with the words above it, a table with its heading.
LAST_WORDS: Final = 22
# Where the window of an envelope shows the addressee.
WINDOW: Final = 93


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the text does not say: the language, the foot of every page, the day in the file's properties."""

    language: str
    foot: str
    at: datetime


class _Paper(FPDF):
    """A4 with the bank's head and a foot with page numbers."""

    def __init__(self, sheet: Sheet, sender: Sequence[str], title: str) -> None:
        super().__init__(format="A4")
        self.sheet = sheet
        self.sender = sender
        self.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(title)
        self.set_author(sender[0])
        self.set_lang(sheet.language)
        self.set_creation_date(sheet.at)

    def header(self) -> None:
        self.set_xy(LEFT, 12)
        name, *where = self.sender
        self.write_line(name, size=13, style="B")
        for line in where:
            self.write_line(line, size=SMALL, colour=QUIET)
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        self.line(LEFT, 29, self.w - RIGHT, 29)
        self.set_xy(LEFT, TOP)

    def footer(self) -> None:
        self.set_y(-16)
        self.set_text_color(*QUIET)
        self.set_font(FONT, "", SMALL)
        self.cell(0, 4, self.sheet.foot)
        self.set_x(LEFT)
        self.cell(0, 4, f"{self.page_no()} / {{nb}}", align=Align.R)

    def write_line(
        self,
        text: str,
        *,
        size: float = BODY,
        style: str = "",
        colour: tuple[int, int, int] = INK,
        indent: float = 0,
        align: Align = Align.L,
    ) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)
        self.shape(text)
        self.set_x(LEFT + indent)
        height = LEADING * size / BODY
        self.multi_cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def height_of(self, text: str, width: float) -> float:
        """What this text takes in the font in use, without setting it."""
        height = self.multi_cell(
            width, LEADING, text, align=Align.L, dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return float(cast("float", height))

    def keep_words_together(self, text: str) -> None:
        """A short paragraph stays on one page, so that no page begins with its last line."""
        self.set_font(FONT, "", BODY)
        self.shape(text)
        height = self.height_of(text, self.epw)
        if height <= 7 * LEADING:
            self.keep_together(height)

    def shape(self, text: str) -> None:
        """Joins letters and turns them around where their script wants it, in a line of ours."""
        self.set_text_shaping(any(map(_is_shaped, text)), direction=TextDirection.LTR)

    def keep_together(self, height: float) -> None:
        """A heading never stands alone at the foot of a page."""
        if self.will_page_break(height):
            self.add_page()


def _is_shaped(character: str) -> bool:
    return unicodedata.bidirectional(character) in {"R", "AL", "AN"} or bool(unicodedata.combining(character))


def pdf(text: str, sheet: Sheet) -> bytes:
    head, *body = blocks(text)
    title = next(block.text for block in body if block.mark is Mark.TITLE)
    paper = _Paper(sheet, head.text.split(CELLS), title)
    paper.add_page()
    before = Mark.HEAD
    for block, after in zip_longest(body, body[1:]):
        if after and after.mark is Mark.LINE:
            paper.keep_together(LAST_WORDS)
        _leave_room(paper, before, block.mark)
        set_block = _addressee if before is Mark.HEAD else _SET[block.mark]
        set_block(paper, block)
        before = block.mark
    return bytes(paper.output())


def _leave_room(paper: _Paper, before: Mark, now: Mark) -> None:
    """Lists, tables and addresses hang together; everything else stands apart."""
    if paper.get_y() > TOP:
        close = before == now and now in {Mark.ITEM, Mark.ROW, Mark.LINE}
        paper.ln(0.9 if close else {Mark.TITLE: 6, Mark.HEADING: 4, Mark.LINE: 5}.get(now, 2.2))


def _title(paper: _Paper, block: Block) -> None:
    paper.write_line(block.text, size=13, style="B")


def _heading(paper: _Paper, block: Block) -> None:
    paper.keep_together(3 * LEADING)
    paper.write_line(block.text, size=10.5, style="B")


def _item(paper: _Paper, block: Block) -> None:
    paper.keep_together(LEADING)
    top = paper.get_y()
    paper.write_line("•", colour=QUIET)
    paper.set_y(top)
    paper.write_line(block.text, indent=5)


def _row(paper: _Paper, block: Block) -> None:
    label, _, value = block.text.partition(CELLS)
    paper.set_font(FONT, "", BODY)
    paper.shape(label)
    paper.keep_together(paper.height_of(label, LABEL_WIDTH - 4))
    top = paper.get_y()
    paper.set_text_color(*QUIET)
    paper.set_x(LEFT)
    paper.multi_cell(LABEL_WIDTH - 4, LEADING, label, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    below = paper.get_y()
    paper.set_y(top)
    paper.write_line(value, indent=LABEL_WIDTH)
    paper.set_y(max(below, paper.get_y()))


def _addressee(paper: _Paper, block: Block) -> None:
    paper.ln(5)
    paper.write_line(block.text, size=10.5, style="B", indent=WINDOW)
    paper.ln(5)


def _line(paper: _Paper, block: Block) -> None:
    paper.write_line(block.text, style="B")


def _date(paper: _Paper, block: Block) -> None:
    paper.write_line(block.text, align=Align.R)


def _paragraph(paper: _Paper, block: Block) -> None:
    paper.keep_words_together(block.text)
    paper.write_line(block.text)


_SET: Final[dict[Mark, Callable[[_Paper, Block], None]]] = {
    Mark.TITLE: _title,
    Mark.HEADING: _heading,
    Mark.ITEM: _item,
    Mark.ROW: _row,
    Mark.LINE: _line,
    Mark.DATE: _date,
    Mark.PARAGRAPH: _paragraph,
}
