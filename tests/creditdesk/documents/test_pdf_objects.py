"""PDF files that act, reach elsewhere or unpack to more than a document, and ordinary ones beside them."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from creditdesk.documents.content import DocumentRefused, check
from creditdesk.documents.unpacking import MAX_PIXELS, MAX_STREAM, MAX_STREAMS
from creditdesk.letters.pdf import DocumentInfo, render_pdf
from tests.creditdesk.documents.files import image, pdf_of, pdf_with_packed_object, stream_of

PROGRAM = b"<</Length 2>>stream\nMZ\nendstream"
ATTACHMENT = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</F(a.exe)/EF<</F 5 0 R>>>>>>"
RICH_MEDIA = (
    b"<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]"
    b"/RichMediaContent<</Assets<</Names[(a.swf)<</F(a.swf)/EF<</F 5 0 R>>>>]>>>>>>"
)
ACTIVE = {
    "attachment": pdf_of(b"/Annots[4 0 R]", ATTACHMENT, PROGRAM),
    "rich media": pdf_of(b"/Annots[4 0 R]", RICH_MEDIA, PROGRAM),
    "rich media without a file": pdf_of(b"/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]"),
    "document elsewhere": pdf_of(b"/AA<</O<</S/GoToR/F(\\\\\\\\host\\\\share\\\\a.pdf)/D[0/Fit]>>>>"),
    "document inside": pdf_of(b"/AA<</O<</S/GoToE/T<</R/C/N(a.pdf)>>/D[0/Fit]>>>>"),
    "film": pdf_of(b"/Annots[<</Subtype/Movie/Rect[0 0 9 9]/Movie<</F(a.avi)>>>>]"),
    "rendition": pdf_of(b"/AA<</O<</S/Rendition/OP 0>>>>"),
    "sound": pdf_of(b"/AA<</O<</S/Sound/Sound 4 0 R>>>>", PROGRAM),
    "model": pdf_of(b"/Annots[<</Subtype/3D/Rect[0 0 9 9]/3DD 4 0 R>>]", PROGRAM),
    "article elsewhere": pdf_of(b"/AA<</O<</S/Thread/F(\\\\\\\\host\\\\a.pdf)/D 0>>>>"),
    "file elsewhere": pdf_of(b"/A<</Type/Filespec/F(\\\\\\\\host\\\\a)>>"),
    "bytes elsewhere": pdf_of(b"/Contents 4 0 R", b"<</F(\\\\\\\\host\\\\a)/Length 0>>stream\n\nendstream"),
    "page elsewhere": pdf_of(
        b"/Resources<</XObject<</X 4 0 R>>>>",
        b"<</Subtype/Form/BBox[0 0 9 9]/Ref<</F(\\\\\\\\host\\\\a)/Page 0>>/Length 0>>stream\n\nendstream",
    ),
    "portfolio": pdf_of(b"/A<</Collection<</View/D>>>>"),
    "escaped attachment": pdf_of(b"/Annots[4 0 R]", ATTACHMENT.replace(b"/EF", b"/#45#46"), PROGRAM),
    "escaped rich media": pdf_of(b"/Annots[<</Subtype/Rich#4dedia/Rect[0 0 9 9]>>]"),
    "escaped document elsewhere": pdf_of(b"/AA<</O<</S/GoTo#52/F(\\\\\\\\host\\\\a.pdf)>>>>"),
    "packed document elsewhere": pdf_with_packed_object(b"<</Subtype/Link/A<</S/GoToR/F(a.pdf)>>>>"),
    "packed attachment": pdf_with_packed_object(ATTACHMENT),
}


@pytest.mark.parametrize("content", ACTIVE.values(), ids=ACTIVE.keys())
def test_a_pdf_that_acts_or_reaches_elsewhere_is_refused(content):
    with pytest.raises(DocumentRefused, match="scripts, programs or other files"):
        check("payslip.pdf", content)


def scan(entries: bytes, content: bytes) -> bytes:
    """A page that shows an image."""
    head = b"<</Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceRGB"
    body = head + b"%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)
    return pdf_of(b"/Resources<</XObject<</I 4 0 R>>>>", body)


def packed_image(entries: bytes, length: int) -> bytes:
    body = stream_of(bytes(length), b"/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceRGB" + entries)
    return pdf_of(b"/Resources<</XObject<</I 4 0 R>>>>", body)


LARGE = b" " * 50_000_000
PART = stream_of(b" " * MAX_STREAM)
RUNS = bytes([129, 32]) * 140_000
PACKED = {
    "page": pdf_of(b"/Contents 4 0 R", stream_of(LARGE)),
    "page packed twice": pdf_of(b"/Contents 4 0 R", stream_of(LARGE, times=2)),
    "runs": pdf_of(
        b"/Contents 4 0 R", b"<</Filter/RunLengthDecode/Length %d>>stream\n%b\nendstream" % (len(RUNS), RUNS)
    ),
    "object that nothing refers to": pdf_of(stream_of(LARGE)),
    "many streams": pdf_of(*[PART] * (MAX_STREAMS // MAX_STREAM + 1)),
    "image of fewer pixels": packed_image(b"/Width 9/Height 9", 1_000_000),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED.keys())
def test_a_pdf_that_unpacks_to_too_much_is_refused(content):
    with pytest.raises(DocumentRefused, match="unpacks to too many bytes"):
        check("payslip.pdf", content)


def test_the_refusal_is_in_french_too():
    with override("fr"), pytest.raises(DocumentRefused, match="trop d’octets"):
        check("payslip.pdf", PACKED["page"])


def test_packed_objects_that_unpack_to_too_much_are_refused():
    with pytest.raises(DocumentRefused, match=r"damaged|unpacks"):
        check("payslip.pdf", pdf_with_packed_object(b"<</Subtype/Link>>", filler=50_000_000))


IMAGE = b"/Subtype/Image/Width 7000/Height 7000"
HUGE = image("JPEG").replace(b"\x00\x1e\x00\x28", b"\xff\xff\xff\xff")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (packed_image(b"/Width 60000/Height 60000", 100), "too many pixels"),
        (scan(b"/Width 40/Height 30/Filter/DCTDecode", HUGE), "too many pixels"),
        (
            scan(b"/Width 9/Height 9/Filter/CCITTFaxDecode/DecodeParms<</Columns 60000/Rows 60000>>", b"0"),
            "pixel",
        ),
        (pdf_of(b"/Contents 4 0 R", stream_of(LARGE, IMAGE)), "damaged"),
        (pdf_of(b"/Contents[4 0 R]", stream_of(LARGE, IMAGE)), "damaged"),
        (scan(b"/Width 40/Height 30/Filter/DCTDecode", b"no image"), "damaged"),
        (pdf_of(b"/Contents 4 0 R", b"<</Filter/FlateDecode/Length 4>>stream\nabcd\nendstream"), "damaged"),
        (pdf_of(b"/Contents 4 0 R", b"<</Filter/Brotli/Length 4>>stream\nabcd\nendstream"), "damaged"),
    ],
    ids=["pixels", "JPEG", "fax", "text as image", "part of text as image", "no image", "noise", "filter"],
)
def test_images_inside_a_pdf_are_no_larger_than_images(content, reason):
    with pytest.raises(DocumentRefused, match=reason):
        check("payslip.pdf", content)


def letter() -> bytes:
    text = "^ Bank\tStreet\n\n# Decision\n\n" + "A paragraph of many words: Zoé, مريم.\n\n" * 200
    return render_pdf(text, DocumentInfo("en", "M000001", datetime(2026, 11, 30, tzinfo=UTC)))


LINK = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/F 4/A<</S/URI/URI(https://bank.example/)>>>>"
ORDINARY = {
    "letter": letter,
    "link": lambda: pdf_of(b"/Annots[4 0 R]", LINK),
    "packed link": lambda: pdf_with_packed_object(LINK),
    "JPEG scan": lambda: scan(b"/Width 900/Height 600/Filter/DCTDecode", image("JPEG", (900, 600))),
    "scan of large pages": lambda: packed_image(b"/Width 5000/Height 7000", 3 * 5000 * 7000),
    "text": lambda: pdf_of(b"/Contents 4 0 R", stream_of(b"BT ET " * 100_000)),
    "page of an empty stream": lambda: pdf_of(b"/Contents 4 0 R", b"<</Length 0>>stream\n\nendstream"),
}


@pytest.mark.parametrize("content", ORDINARY.values(), ids=ORDINARY.keys())
def test_an_ordinary_pdf_is_taken(content):
    assert check("payslip.pdf", content()).name == "payslip.pdf"


def test_the_letter_has_several_pages():
    assert letter().count(b"/Type /Page\n") > 1


def test_a_scan_may_unpack_to_more_than_a_text():
    assert 3 * 5000 * 7000 > MAX_STREAMS > MAX_STREAM
    assert MAX_PIXELS > 5000 * 7000
