"""Sizes inside the JBIG2 images of a PDF: read from the headers of segments, whatever the PDF states."""

import struct

import pytest

from creditdesk.documents.content import DocumentRefused, check
from creditdesk.documents.jbig2 import largest_bitmap
from tests.creditdesk.documents.files import pdf_of, stream_of

UNKNOWN = 0xFFFFFFFF
GENERIC, PAGE, END_OF_STRIPE, SYMBOLS = 38, 48, 50, 0


def segment(
    kind: int, data: bytes, *, number: int = 1, refers_to: int = 0, length: int | None = None
) -> bytes:
    """A segment of page 1 that refers to so many others."""
    size = 1 if number <= 256 else 2 if number <= 65536 else 4
    long = struct.pack(">I", 7 << 29 | refers_to) + bytes((refers_to + 8) // 8)
    head = struct.pack(">IB", number, kind) + (bytes([refers_to << 5]) if refers_to < 5 else long)
    stated = len(data) if length is None else length
    return head + bytes(size * refers_to) + b"\x01" + struct.pack(">I", stated) + data


def page(width: int, height: int, stripe: int = 0) -> bytes:
    return segment(PAGE, struct.pack(">IIIIBH", width, height, 0, 0, 0, stripe))


def region(width: int, height: int, *, top: int = 0, coded: bytes = b"\0", **header: int) -> bytes:
    return segment(GENERIC, struct.pack(">IIIIB", width, height, 0, top, 0) + coded, **header)


# Of a region whose header states no length: arithmetic coding, its mark, its rows.
ENDLESS = b"\0" + b"coded" + b"\xff\xac" + bytes(4)


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (page(2480, 3508) + region(2480, 3508), 2480 * 3508),
        (page(9, 9) + region(60_000, 60_000), 60_000**2),
        (page(9, 9) + region(9, 9, number=300, refers_to=4) + page(500, 400), 500 * 400),
        (page(9, 9) + region(9, 9, number=70_000, refers_to=9) + page(500, 400), 500 * 400),
        (page(9, 9) + region(9, 9, coded=ENDLESS, length=UNKNOWN) + page(500, 400), 500 * 400),
        (page(100, UNKNOWN, 0x8000 | 10), 100 * 10),
        (page(100, UNKNOWN) + region(50, 40, top=200), 100 * 240),
        (page(100, UNKNOWN) + segment(END_OF_STRIPE, struct.pack(">I", 699)), 100 * 700),
        (page(100, 50) + region(50, 40, top=UNKNOWN), 100 * 50),
        (segment(SYMBOLS, bytes(30)) + b"\0\n", 0),
        (b"", 0),
    ],
)
def test_the_largest_page_or_region_is_counted(content, pixels):
    assert largest_bitmap(content) == pixels


@pytest.mark.parametrize(
    "content",
    [
        page(9, 9)[:-10],
        region(9, 9, coded=b"\0coded", length=UNKNOWN),
        struct.pack(">IB", 1, PAGE) + b"\xff" * 20,
    ],
    ids=["cut off", "no end", "refers to more than there is"],
)
def test_segments_that_end_early_are_damaged(content):
    with pytest.raises(ValueError, match="segment"):
        largest_bitmap(content)


def scan(content: bytes, shared: bytes = b"") -> bytes:
    """A page that shows an image of nine pixels a side, as the PDF has it."""
    head = b"<</Subtype/Image/Width 9/Height 9/Filter/JBIG2Decode/DecodeParms<</JBIG2Globals 5 0 R>>"
    image = head + b"/Length %d>>stream\n%b\nendstream" % (len(content), content)
    return pdf_of(b"/Resources<</XObject<</I 4 0 R>>>>", image, stream_of(shared))


@pytest.mark.parametrize(
    ("content", "shared"),
    [(page(60_000, 60_000), b""), (page(9, 9), page(60_000, 60_000))],
    ids=["image", "shared segments"],
)
def test_a_pdf_whose_image_is_larger_inside_than_an_image_may_be_is_refused(content, shared):
    with pytest.raises(DocumentRefused, match="too many pixels"):
        check("payslip.pdf", scan(content, shared))


def test_a_scan_of_a_page_is_taken():
    scanned = scan(page(2480, 3508) + region(2480, 3508), segment(SYMBOLS, bytes(30)))
    assert check("payslip.pdf", scanned).name == "payslip.pdf"
