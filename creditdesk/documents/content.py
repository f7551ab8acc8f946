"""Recognise a file by its content, and refuse what is no plain document."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext

from creditdesk.documents.virus_scan import find_virus
from creditdesk.limits import DOCUMENT_LARGEST, MIB
from creditdesk.models.document import Document

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES: Final = 200
# An image of more pixels fills the memory of whoever opens it.
MAX_PIXELS: Final = 60_000_000
MAX_NAME_LENGTH: Final = 200
# What makes a PDF act: scripts, programs, files inside it, forms that send themselves.
ACTIVE: Final = frozenset(
    {"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/SubmitForm", "/ImportData", "/XFA"}
)
_IMAGES: Final = {
    b"\xff\xd8\xff": Document.ContentType.JPEG,
    b"\x89PNG\r\n\x1a\n": Document.ContentType.PNG,
}


class DocumentRefused(Exception):
    """The file is not taken; the message gives the reason."""


class CheckedFile(NamedTuple):
    name: str
    content: bytes
    content_type: Document.ContentType


def check(name: str, content: bytes) -> CheckedFile:
    """Return a PDF, JPEG or PNG file that is whole and only shows something. Raises DocumentRefused.

    What the file is follows from its bytes: its name and what the browser says are not believed.
    """
    if not content:
        raise DocumentRefused(gettext("This file is empty."))
    if len(content) > DOCUMENT_LARGEST:
        raise DocumentRefused(
            gettext("This file is larger than %(size)s MB.") % {"size": DOCUMENT_LARGEST // MIB}
        )
    if content.startswith(b"%PDF-"):
        content_type = Document.ContentType.PDF
        _check_pdf(content)
    else:
        content_type = _image_type(content)
        _check_image(content, content_type)
    if virus := find_virus(content):
        raise DocumentRefused(gettext("The virus scanner refuses this file: %(name)s.") % {"name": virus})
    return CheckedFile(_plain_name(name, content_type), content, content_type)


def _image_type(content: bytes) -> Document.ContentType:
    for head, content_type in _IMAGES.items():
        if content.startswith(head):
            return content_type
    raise DocumentRefused(gettext("Only PDF, JPEG and PNG files are taken."))


def _check_pdf(content: bytes) -> None:
    # Imported here, as the library for images: only who attaches a document needs them.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise DocumentRefused(gettext("This PDF is protected by a password: ask for one without."))
        pages = len(reader.pages)
        is_active = any(key in ACTIVE for key in _keys(reader))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise DocumentRefused(gettext("This PDF is damaged: it cannot be read.")) from error
    if not pages:
        raise DocumentRefused(gettext("This PDF has no pages."))
    if pages > MAX_PAGES:
        raise DocumentRefused(gettext("This PDF has more than %(pages)s pages.") % {"pages": MAX_PAGES})
    if is_active:
        raise DocumentRefused(
            gettext("This PDF holds scripts, programs or other files: print it to a plain PDF first.")
        )


def _keys(reader: "PdfReader") -> Iterator[str]:
    """Yield the keys, and the names that are values, of every object of the file."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    rest: list[object] = [reader.trailer]
    rest += (reader.get_object(number) for number in range(1, reader.trailer.get("/Size", 0)))
    while rest:
        value = rest.pop()
        if isinstance(value, DictionaryObject):
            yield from value
            rest.extend(value.values())
        elif isinstance(value, ArrayObject):
            rest.extend(value)
        elif isinstance(value, NameObject):
            yield value


def _check_image(content: bytes, content_type: Document.ContentType) -> None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=[content_type.label]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DocumentRefused(gettext("This image has too many pixels."))
            image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentRefused(gettext("This image is damaged: it cannot be read.")) from error


def _plain_name(name: str, content_type: Document.ContentType) -> str:
    """Return the file's own name without folders and control characters, ending as its content says."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    stem = "".join(c for c in last.rsplit(".", 1)[0] if c.isprintable() and c not in '"<>:|?*').strip(" .")
    return f"{stem[: MAX_NAME_LENGTH - 5] or 'document'}.{EXTENSIONS[content_type]}"


EXTENSIONS: Final = {
    Document.ContentType.PDF: "pdf",
    Document.ContentType.JPEG: "jpg",
    Document.ContentType.PNG: "png",
}
