"""Parse a file of a client in a process of its own: what it costs and breaks stays there.

Run as a program, with the format as its argument and the file on standard input, it prints a fault or
nothing. It knows no Django, so that it starts in a fraction of a second.
"""

import io
import logging
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if __name__ == "__main__":
    # A process of its own does not know where the desk lies.
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from creditdesk.documents.unpacking import (
    MAX_PIXELS,
    MAX_STREAM,
    MAX_STREAMS,
    TooManyPixels,
    TooMuchUnpacked,
    Unpacking,
    check_contents,
    entry,
)

if TYPE_CHECKING:
    from pypdf import PdfReader
    from pypdf.generic import DictionaryObject

PDF: Final = "application/pdf"
IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG"}

MAX_PAGES: Final = 200
MAX_OBJECTS: Final = 100_000
PROCESSOR_SECONDS: Final = 10
MEMORY: Final = 1024**3

DAMAGED: Final = "damaged"
PROTECTED: Final = "protected"
NO_PAGES: Final = "no_pages"
TOO_MANY_PAGES: Final = "too_many_pages"
ACTIVE: Final = "active"
TOO_MANY_PIXELS: Final = "too_many_pixels"
TOO_MUCH_UNPACKED: Final = "too_much_unpacked"

# What makes a PDF act, or take something from elsewhere; a link to a page of the web does neither by
# itself.
ACTIVE_NAMES: Final = frozenset(
    {
        # Scripts and programs.
        *("/JavaScript", "/JS", "/Launch"),
        # Files inside it.
        *("/EmbeddedFiles", "/EmbeddedFile", "/EF", "/Filespec", "/FileSpec", "/Collection"),
        # Films, sounds and models, which bring programs along.
        *("/RichMedia", "/RichMediaContent", "/RichMediaExecute", "/Rendition", "/Movie", "/Sound", "/3DD"),
        # Documents and bytes that lie outside it.
        *("/GoToR", "/GoToE", "/FFilter", "/FDecodeParms"),
        # Forms that send or fill themselves.
        *("/SubmitForm", "/ImportData", "/XFA"),
    }
)


def fault_of(content: bytes, content_type: str) -> str:
    """Return what is wrong with the file, "" for a whole one that only shows something."""
    return _fault_of_pdf(content) if content_type == PDF else _fault_of_image(content, IMAGES[content_type])


def _fault_of_pdf(content: bytes) -> str:
    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    # For streams that hold objects, which the reader unpacks itself.
    limits = apply_configuration(
        zlib_maximum_output_length=MAX_STREAM,
        lzw_maximum_output_length=MAX_STREAMS,
        run_length_maximum_output_length=MAX_STREAMS,
    )
    try:
        with limits:
            reader = PdfReader(io.BytesIO(content), strict=False)
            if reader.is_encrypted:
                return PROTECTED
            pages = len(reader.pages)
            fault = _fault_of_objects(reader)
    except TooManyPixels:
        return TOO_MANY_PIXELS
    except TooMuchUnpacked:
        return TOO_MUCH_UNPACKED
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        return DAMAGED
    if fault or pages:
        return fault or (TOO_MANY_PAGES if pages > MAX_PAGES else "")
    return NO_PAGES


def _fault_of_objects(reader: "PdfReader") -> str:
    """Return ACTIVE for what acts, "" for nothing. Raises TooManyPixels, TooMuchUnpacked."""
    from pypdf.generic import DictionaryObject, StreamObject

    unpacking = Unpacking()
    for value in _objects(reader):
        if not isinstance(value, DictionaryObject):
            if value in ACTIVE_NAMES:
                return ACTIVE
            continue
        if not ACTIVE_NAMES.isdisjoint(value) or _is_elsewhere(value) or _opens_the_web(value):
            return ACTIVE
        check_contents(value)
        if isinstance(value, StreamObject):
            unpacking.add(value)
    return ""


def _is_elsewhere(value: "DictionaryObject") -> bool:
    """Whether the bytes of a stream, the page of a drawing or the text of an article lie in another file."""
    from pypdf.generic import StreamObject

    if isinstance(value, StreamObject):
        return "/F" in value or "/Ref" in value
    return "/F" in value and bool(entry(value, "/S") == "/Thread")


def _opens_the_web(value: "DictionaryObject") -> bool:
    """Whether opening the document, reading it or following a link in it leads to a page of the web."""
    from pypdf.generic import DictionaryObject

    automatic, following = entry(value, "/AA"), entry(value, "/Next")
    actions = [
        value.get("/OpenAction"),
        *(automatic.values() if isinstance(automatic, DictionaryObject) else ()),
    ]
    actions += following if isinstance(following, list) else [following]
    resolved = [action.get_object() for action in actions if action is not None]
    return any(isinstance(action, DictionaryObject) and entry(action, "/S") == "/URI" for action in resolved)


def _objects(reader: "PdfReader") -> Iterator[Any]:
    """Yield dictionaries, and names that are values, of all objects: those that the file lists, and those
    that the trailer leads to. Raises ValueError for more than MAX_OBJECTS.

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
            yield value
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
