"""Sizes that the segments of a JBIG2 image state (ITU-T T.88, clause 7), without decoding any of them.

Part of the parser, which knows no Django.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

_PAGE: Final = 48
_END_OF_STRIPE: Final = 50
# Text, patterns, halftones, generic and refined ones: each begins with its width, height and place.
_REGIONS: Final = frozenset({4, 6, 7, 20, 22, 23, 36, 38, 39, 40, 42, 43})
_UNKNOWN: Final = 0xFFFFFFFF
_SHORTEST_HEADER: Final = 11
# Behind the size and place of a region: how it is coded.
_FLAGS: Final = 17


class _Segment(NamedTuple):
    kind: int
    start: int
    length: int


def largest_bitmap(content: bytes) -> int:
    """Return the pixels of the largest page or region, 0 where there is none. Raises ValueError."""
    largest = width = bottom = 0
    grows = False
    try:
        for kind, start, _length in _segments(content):
            if kind == _PAGE:
                width, height, stripe = struct.unpack_from(">II9xH", content, start)
                # A page of unknown height grows, stripe by stripe.
                grows = height == _UNKNOWN
                bottom = stripe & 0x7FFF if grows else height
            elif kind in _REGIONS:
                region_width, region_height, _x, top = struct.unpack_from(">IIII", content, start)
                largest = max(largest, region_width * region_height)
                bottom = max(bottom, top + region_height) if grows else bottom
            elif kind == _END_OF_STRIPE and grows:
                bottom = max(bottom, struct.unpack_from(">I", content, start)[0] + 1)
            largest = max(largest, width * bottom)
    except (struct.error, IndexError) as error:
        raise ValueError("a damaged segment") from error
    return largest


def _segments(content: bytes) -> Iterator[_Segment]:
    position = 0
    # What is shorter than a header is filler behind the last segment.
    while len(content) - position >= _SHORTEST_HEADER:
        segment = _segment(content, position)
        yield segment
        position = segment.start + segment.length


def _segment(content: bytes, position: int) -> _Segment:
    number, flags, referred = struct.unpack_from(">IBB", content, position)
    position += 5
    count = referred >> 5
    if count == 7:
        count = struct.unpack_from(">I", content, position)[0] & 0x1FFFFFFF
        position += 4 + (count + 8) // 8
    else:
        position += 1
    # The numbers of the segments that it refers to, and that of its page.
    position += count * (1 if number <= 256 else 2 if number <= 65536 else 4) + (4 if flags & 0x40 else 1)
    (length,) = struct.unpack_from(">I", content, position)
    position += 4
    kind = flags & 0x3F
    return _Segment(kind, position, _length_of_region(content, position) if length == _UNKNOWN else length)


def _length_of_region(content: bytes, start: int) -> int:
    """Return the length of a region whose header states none: it ends with a mark and its rows."""
    mark = b"\x00\x00" if content[start + _FLAGS] & 1 else b"\xff\xac"
    end = content.find(mark, start + _FLAGS + 1)
    if end < 0:
        raise ValueError("a segment without an end")
    return end + len(mark) + 4 - start
