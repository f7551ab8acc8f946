"""Parse a file of a client in a process of its own: what it costs and breaks stays there.

Run as a program, with the format as its argument and the file on standard input, it prints a fault or
nothing. It knows no Django, so that it starts in a fraction of a second.
"""

import io
import logging
import resource
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pypdf import PdfReader

PDF: Final = "application/pdf"
IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG"}

MAX_PAGES: Final = 200
# An image of more pixels fills the memory of whoever opens it.
MAX_PIXELS: Final = 60_000_000
MAX_OBJECTS: Final = 100_000
PROCESSOR_SECONDS: Final = 10
MEMORY: Final = 1024**3

DAMAGED: Final = "damaged"
PROTECTED: Final = "protected"
NO_PAGES: Final = "no_pages"
TOO_MANY_PAGES: Final = "too_many_pages"
ACTIVE: Final = "active"
TOO_MANY_PIXELS: Final = "too_many_pixels"

# What makes a PDF act: scripts, programs, files inside it, forms that send themselves.
ACTIVE_NAMES: Final = frozenset(
    {"/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/SubmitForm", "/ImportData", "/XFA"}
)


def fault_of(content: bytes, content_type: str) -> str:
    """Return what is wrong with the file, "" for a whole one that only shows something."""
    return _fault_of_pdf(content) if content_type == PDF else _fault_of_image(content, IMAGES[content_type])


def _fault_of_pdf(content: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return PROTECTED
        pages = len(reader.pages)
        is_active = any(name in ACTIVE_NAMES for name in _names(reader))
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        return DAMAGED
    if is_active:
        return ACTIVE
    if not pages:
        return NO_PAGES
    return TOO_MANY_PAGES if pages > MAX_PAGES else ""


def _names(reader: "PdfReader") -> Iterator[str]:
    """Yield keys, and names that are values, of all objects: those that the file lists, and those that the
    trailer leads to. Raises ValueError for more than MAX_OBJECTS.

    The length that the trailer states is not believed: it may hide objects, or name more than there are.
    """
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

    listed = {(number, generation) for generation, places in reader.xref.items() for number in places}
    listed |= {(number, 0) for number in reader.xref_objStm}
    if len(listed) > MAX_OBJECTS:
        raise ValueError("too many objects")
    seen: set[tuple[int, int]] = set()
    rest: list[object] = [reader.trailer]
    rest += (IndirectObject(number, generation, reader) for number, generation in listed)
    while rest:
        value = rest.pop()
        if isinstance(value, IndirectObject):
            if (place := (value.idnum, value.generation)) not in seen:
                seen.add(place)
                if len(seen) > MAX_OBJECTS:
                    raise ValueError("too many objects")
                rest.append(reader.get_object(value))
        elif isinstance(value, DictionaryObject):
            yield from value
            rest.extend(value.values())
        elif isinstance(value, ArrayObject):
            rest.extend(value)
        elif isinstance(value, NameObject):
            yield value


def _fault_of_image(content: bytes, form: str) -> str:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            if image.width * image.height > MAX_PIXELS:
                return TOO_MANY_PIXELS
            image.load()
    except Image.DecompressionBombError:
        return TOO_MANY_PIXELS
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return DAMAGED
    return ""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print(fault_of(sys.stdin.buffer.read(), sys.argv[1]))


if __name__ == "__main__":
    main()
