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
