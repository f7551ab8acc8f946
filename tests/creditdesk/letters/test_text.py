"""The text of a letter: entered text adds no blocks, and the PDF follows from the text alone."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditdesk.letters import pdf
from creditdesk.letters.text import Block, Mark, blocks, normalized, plain, stored_text

FONTS = Path(pdf.__file__).parent / "fonts"
LETTER = "^ The Bank\tSquare 1\tus@bank.example\n\n@ {}\n\n# Title\n\n= Row\t{}\n\n- {}\n\nTo {} and on.\n"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
INFO = pdf.DocumentInfo(language="fr", footer="100001", created_at=AT)


@given(st.text(max_size=60))
@example("# a title\n\n## and more")
@example("<b>Zoé</b> O’Brien «é» \u202eتشرين")
@example("- \t= @ > ^")
@example("\r\n\x00\x85\u2028")
def test_entered_text_adds_no_block_and_does_not_turn_a_line_around(entered):
    text = plain(entered)
    parsed = list(blocks(LETTER.format(text, text, text, text)))
    marks = [Mark.HEAD, Mark.LINE, Mark.TITLE, Mark.ROW, Mark.ITEM, Mark.PARAGRAPH]
    assert [block.mark for block in parsed] == marks
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x1f]", text)


@given(st.text(max_size=200))
def test_the_stored_text_has_the_same_blocks(text):
    stored = normalized(text)
    assert list(blocks(stored)) == list(blocks(text))
    assert normalized(stored) == stored


@given(st.text(max_size=60))
@example("! ; : « x » 12 %")
def test_french_spaces_add_no_block_and_never_break_a_line(entered):
    text = plain(entered)
    letter = LETTER.format(text, text, text, text)
    stored = list(blocks(stored_text(letter, "fr")))
    assert [block.mark for block in stored] == [block.mark for block in blocks(letter)]
    assert not [block for block in stored if re.search(r" [:;?!%»€]|« ", block.text)]
    assert stored_text(letter, "en") == normalized(letter)


def test_french_sets_a_narrow_space_before_some_signs_and_a_wide_one_before_the_remaining():
    stored = stored_text("Oui ; non\u00a0? « Si ! » : 12\u202f% de 3 €.", "fr")
    expected = "Oui\u202f; non\u202f? «\u00a0Si\u202f!\u00a0»\u00a0: 12\u00a0% de 3\u00a0€.\n\n"
    assert stored == expected


def test_lines_of_a_paragraph_join_and_marked_lines_stand_alone():
    assert list(blocks("One\ntwo.\n\n- three\n- four\nfive")) == [
        Block(Mark.PARAGRAPH, "One two."),
        Block(Mark.ITEM, "three"),
        Block(Mark.ITEM, "four"),
        Block(Mark.PARAGRAPH, "five"),
    ]


@pytest.mark.parametrize(
    "name", ["Zoé Lefèvre-Ñuñez", "<b>O’Brien</b> & “Co”", "أحمد بن محمد", "דוד כהן", "李雷"]
)
def test_any_name_can_be_printed_and_the_same_text_gives_the_same_bytes(name):
    text = LETTER.format(name, name, name, name)
    file = pdf.render_pdf(text, INFO)
    assert file.startswith(b"%PDF-")
    assert file.rstrip().endswith(b"%%EOF")
    assert file == pdf.render_pdf(text, INFO)


def test_the_file_has_its_language_title_creation_date_and_fonts():
    file = pdf.render_pdf(LETTER.format("a", "b", "c", "d"), INFO)
    assert b"/Lang (fr)" in file
    assert b"/CreationDate (D:20260302090000" in file
    assert b"/Title" in file
    assert b"/FontFile2" in file
    assert b"/JavaScript" not in file


@pytest.mark.parametrize(("rows", "several"), [(5, False), (120, True)])
def test_a_long_letter_runs_over_pages(rows, several):
    text = "^ B\n\n@ a\n\n# T\n\n" + "".join(f"= label {n}\tvalue\n" for n in range(rows))
    (pages,) = re.findall(rb"/Count (\d+)", pdf.render_pdf(text, INFO))
    assert (int(pages) > 1) == several


def test_every_vendored_font_is_listed_with_its_digest():
    listed = dict(
        re.findall(r"^\| (\S+\.ttf) \|.*\| ([0-9a-f]{64}) \|$", (FONTS / "VENDORED.md").read_text(), re.M)
    )
    shipped = {str(f.relative_to(FONTS)): f for f in FONTS.rglob("*.ttf")}
    assert listed == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in shipped.items()}
    assert all(file.with_name("LICENSE").is_file() for file in shipped.values())
