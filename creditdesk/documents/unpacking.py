"""Count what the streams of a PDF unpack to, without holding it.

Part of the parser, which knows no Django.
"""

import io
import zlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from creditdesk.documents.jbig2 import largest_bitmap

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject, StreamObject

# An image of more pixels fills the memory of whoever opens it.
MAX_PIXELS: Final = 60_000_000
# A stream, and all of a PDF, images aside: fonts, drawings and text of a document stay far below.
MAX_STREAM: Final = 16 * 1024**2
MAX_STREAMS: Final = 64 * 1024**2
MAX_FILTERS: Final = 8
# Bytes that an image may have beyond those of its pixels: ends of rows, filler.
IMAGE_MARGIN: Final = 64 * 1024
PIECE: Final = 64 * 1024

# Formats of images; those with a name here are opened for the size that they state.
IMAGE_FILTERS: Final = {
    "/DCTDecode": "JPEG",
    "/JPXDecode": "JPEG2000",
    "/CCITTFaxDecode": "",
    "/JBIG2Decode": "",
}


class TooMuchUnpacked(Exception):
    """A stream, or all of them, unpack to more than a document needs."""


class TooManyPixels(Exception):
    """An image has too many pixels."""


class Unpacking:
    """The streams of one PDF; it raises ValueError for what cannot be unpacked."""

    def __init__(self) -> None:
        self.length = 0

    def add(self, stream: "StreamObject") -> None:
        """Count a stream. Raises TooMuchUnpacked, TooManyPixels."""
        is_image = _is_image(stream)
        largest = _largest_image(stream) if is_image else MAX_STREAM
        length = 0
        # In pieces that are thrown away: no stream is in memory as a whole.
        for piece in _pieces(stream):
            length += len(piece)
            if length > largest:
                raise TooMuchUnpacked
        self.length += 0 if is_image else length
        if self.length > MAX_STREAMS:
            raise TooMuchUnpacked


def entry(value: "DictionaryObject", key: str) -> Any:
    """Return an entry, looked up where the dictionary only refers to it."""
    there = value.get(key)
    return None if there is None else there.get_object()


def check_contents(page: "DictionaryObject") -> None:
    """Raises ValueError where the text of a page states that it is an image, which may be larger."""
    from pypdf.generic import StreamObject

    contents = entry(page, "/Contents")
    for part in contents if isinstance(contents, list) else [contents]:
        stream = None if part is None else part.get_object()
        if isinstance(stream, StreamObject) and (_is_image(stream) or _has_image_format(stream)):
            raise ValueError("the text of a page is an image")


def _is_image(stream: "StreamObject") -> bool:
    return bool(entry(stream, "/Subtype") == "/Image")


def _has_image_format(stream: "StreamObject") -> bool:
    return any(name in IMAGE_FILTERS for name, _parameters in _filters(stream))


def _largest_image(stream: "StreamObject") -> int:
    """Return the bytes that the pixels of an image take at most, in four colours."""
    pixels = int(entry(stream, "/Width") or 0) * int(entry(stream, "/Height") or 0)
    if pixels > MAX_PIXELS:
        raise TooManyPixels
    return pixels * 4 * (2 if entry(stream, "/BitsPerComponent") == 16 else 1) + IMAGE_MARGIN


def _pieces(stream: "StreamObject") -> Iterator[bytes]:
    """Unpack a stream piece by piece, as far as a format of images."""
    pieces: Iterable[bytes] = [stream._data]
    filters = _filters(stream) if stream._data else []
    for position, (name, parameters) in enumerate(filters, start=1):
        if name in IMAGE_FILTERS:
            _check_image(name, parameters, _whole(pieces))
            return
        # A predictor changes the bytes, not how many they are: it matters to a filter behind it alone.
        if position < len(filters) and int(entry(parameters, "/Predictor") or 1) > 1:
            raise ValueError("a predictor before another filter")
        pieces = _unpack(name, pieces)
    yield from pieces


def _filters(stream: "StreamObject") -> list[tuple[str, "DictionaryObject"]]:
    """Return the filters of a stream in their order, each with its parameters."""
    from pypdf.generic import DictionaryObject

    names, parameters = (
        [part.get_object() for part in (value if isinstance(value, list) else [value])]
        for value in (entry(stream, "/Filter") or [], entry(stream, "/DecodeParms") or [])
    )
    if len(names) > MAX_FILTERS:
        raise ValueError("too many filters")
    parameters += [None] * (len(names) - len(parameters))
    return [
        (str(name), value if isinstance(value, DictionaryObject) else DictionaryObject())
        for name, value in zip(names, parameters, strict=False)
    ]


def _unpack(name: str, pieces: Iterable[bytes]) -> Iterable[bytes]:
    from pypdf import filters
    from pypdf.errors import LimitReachedError

    if name == "/FlateDecode":
        return _inflated(pieces)
    decoders = {
        "/LZWDecode": filters.LZWDecode.decode,
        "/RunLengthDecode": filters.RunLengthDecode.decode,
        "/ASCII85Decode": filters.ASCII85Decode.decode,
        "/ASCIIHexDecode": filters.ASCIIHexDecode.decode,
    }
    if name not in decoders:
        raise ValueError("a filter that no document needs")
    try:
        return [decoders[name](_whole(pieces))]
    except LimitReachedError as error:
        raise TooMuchUnpacked from error


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    try:
        for piece in pieces:
            rest = piece
            while inflated := inflater.decompress(rest, PIECE):
                yield inflated
                rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise ValueError("a damaged stream") from error


def _whole(pieces: Iterable[bytes]) -> bytes:
    """Join what a filter needs as a whole."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MAX_STREAMS:
            raise TooMuchUnpacked
    return bytes(whole)


def _check_image(name: str, parameters: "DictionaryObject", content: bytes) -> None:
    """Raises TooManyPixels where the bytes of an image state so many, whatever the PDF states of it."""
    from PIL import Image, UnidentifiedImageError

    if image_format := IMAGE_FILTERS[name]:
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        try:
            with Image.open(io.BytesIO(content), formats=[image_format]) as image:
                pixels = image.width * image.height
        except Image.DecompressionBombError as error:
            raise TooManyPixels from error
        except (UnidentifiedImageError, OSError, SyntaxError) as error:
            raise ValueError("a damaged image") from error
    elif name == "/JBIG2Decode":
        pixels = max(largest_bitmap(content), largest_bitmap(_shared_segments(parameters)))
    else:
        pixels = int(entry(parameters, "/Columns") or 1728) * int(entry(parameters, "/Rows") or 0)
    if pixels > MAX_PIXELS:
        raise TooManyPixels


def _shared_segments(parameters: "DictionaryObject") -> bytes:
    """Return the segments that several JBIG2 images share, unpacked."""
    from pypdf.generic import StreamObject

    shared = entry(parameters, "/JBIG2Globals")
    if not isinstance(shared, StreamObject):
        return b""
    if _has_image_format(shared):
        raise ValueError("shared segments that are an image")
    return _whole(_pieces(shared))
