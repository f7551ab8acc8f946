"""Files as clients hand them in, and files that only look like them."""

import io
import struct
import zlib
from typing import Final

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject


def pdf(*, script: str = "", attachment: bytes = b"", password: str = "", pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if attachment:
        writer.add_attachment("payload.exe", attachment)
    if password:
        writer.encrypt(password, algorithm="AES-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of one page, which is object 3, and of these objects from 4 on; the first stands in the page as
    it is where it begins with a name."""
    entries, bodies = (objects[0], objects[1:]) if objects and objects[0][:1] == b"/" else (b"", objects)
    return _written(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]%b>>" % entries,
        *bodies,
    )


def pdf_with_packed_object(packed: bytes, filler: int = 0) -> bytes:
    """A PDF whose object 4 lies in a stream of objects, object 5, behind so many spaces."""
    inner = b"4 0 " + b" " * filler + packed
    stream = stream_of(inner, b"/Type/ObjStm/N 1/First %d" % (4 + filler))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[4 0 R]>>"
    head, places = b"%PDF-1.5\n", []
    for number, body in (
        (1, b"<</Type/Catalog/Pages 2 0 R>>"),
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        (3, page),
        (5, stream),
    ):
        places.append(len(head))
        head += b"%d 0 obj%b endobj\n" % (number, body)
    start = len(head)
    table = [(0, 0), *((1, place) for place in places[:3]), (2, 5), (1, places[3]), (1, start)]
    rows = b"".join(bytes([kind]) + place.to_bytes(4, "big") + b"\0" for kind, place in table)
    head += b"6 0 obj%b endobj\n" % stream_of(rows, b"/Type/XRef/Size 7/W[1 4 1]/Root 1 0 R")
    return head + b"startxref\n%d\n%%%%EOF" % start


def stream_of(content: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    """A stream object, packed so many times."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    filters = b"/FlateDecode" * times
    return b"<<%b/Filter[%b]/Length %d>>stream\n%b\nendstream" % (entries, filters, len(content), content)


def _written(*bodies: bytes) -> bytes:
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += b"%d 0 obj%b endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            table,
            size,
            len(content),
        )
    )


def image(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "white").save(content, form)
    return content.getvalue()


def png_that_states(width: int, height: int) -> bytes:
    """A few bytes that say they are an image of so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


PAYSLIP: Final = pdf()
# What every scanner finds, for tests of scanners; written in two parts so that none finds this file.
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
