"""Numbers as bytes, each in the smallest of five kinds that holds it to the bit.

Three bits for each number say its kind: all first bits, all second ones, all third ones, each filled up to
whole bytes. Then the numbers kind by kind, each kind in their order, little-endian.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Kind(NamedTuple):
    """A number is stored as `number * scale` of a type."""

    dtype: "np.dtype[np.generic]"
    scale: int = 1


BYTE: Final = Kind(np.dtype("<i1"))
SHORT: Final = Kind(np.dtype("<i2"))
SINGLE: Final = Kind(np.dtype("<f4"))
# Amounts in cents, shares of a percent: whole numbers of ten-thousandths.
DECIMAL: Final = Kind(np.dtype("<i4"), 10_000)
DOUBLE: Final = Kind(np.dtype("<f8"))
# The position of a kind is its code: these never change.
KINDS: Final = (BYTE, SHORT, SINGLE, DECIMAL, DOUBLE)
_BITS: Final = 3
# What stays in the processor's cache while it is looked at from all sides.
_AT_ONCE: Final = 2**14


def pack_numbers(numbers: Numbers, counts: NDArray[np.int64]) -> Iterator[bytes]:
    """Pack rows of numbers that lie one after another; `counts`, (n,), says how many each row has."""
    pages = [_codes(numbers[start : start + _AT_ONCE]) for start in range(0, len(numbers), _AT_ONCE)]
    codes = np.concatenate([np.empty(0, np.uint8), *pages])
    bits = np.stack([codes & 1 << bit for bit in reversed(range(_BITS))])
    stored = [_stored(kind, numbers[codes == code]) for code, kind in enumerate(KINDS)]
    ends = _ends(codes, counts)
    starts, first = [0] * len(KINDS), 0
    for row, last in enumerate(np.cumsum(counts).tolist()):
        row_ends = ends[row]
        yield np.packbits(bits[:, first:last], axis=1).tobytes() + b"".join(
            [values[start:end].tobytes() for values, start, end in zip(stored, starts, row_ends, strict=True)]
        )
        starts, first = row_ends, last


def unpack_numbers(packed: bytes, start: int, count: int) -> tuple[Numbers, int]:
    """Return the `count` numbers that are packed from `start` on, and where they end."""
    width = -(-count // 8)
    bits = np.frombuffer(packed, np.uint8, _BITS * width, start).reshape(_BITS, width)
    first, second, third = np.unpackbits(bits, axis=1, count=count)
    codes = first << 2 | second << 1 | third
    start += _BITS * width
    stored = []
    for kind, size in zip(KINDS, np.bincount(codes, minlength=len(KINDS)).tolist(), strict=True):
        values = np.frombuffer(packed, kind.dtype, size, start)
        stored.append(values if kind.scale == 1 else values / kind.scale)
        start += values.nbytes
    numbers = np.empty(count)
    numbers[codes.argsort(kind="stable")] = np.concatenate(stored)
    return numbers, start


def _codes(numbers: Numbers) -> NDArray[np.uint8]:
    """The code of the smallest kind that holds each number."""
    with np.errstate(all="ignore"):
        # As a whole number, minus zero would lose its sign.
        is_signed_zero = (numbers == 0) & np.signbit(numbers)
        is_short = (numbers == np.floor(numbers)) & (np.abs(numbers) < 2**15) & ~is_signed_zero
        scaled = np.rint(numbers * DECIMAL.scale)
        is_decimal = (scaled / DECIMAL.scale == numbers) & (np.abs(scaled) < 2**31) & ~is_signed_zero
        fits = (is_short & (np.abs(numbers) < 2**7), is_short, numbers.astype("<f4") == numbers, is_decimal)
    return np.select(fits, [np.uint8(code) for code in range(4)], np.uint8(4))


def _stored(kind: Kind, numbers: Numbers) -> NDArray[np.generic]:
    return (numbers if kind.scale == 1 else np.rint(numbers * kind.scale)).astype(kind.dtype)


def _ends(codes: NDArray[np.uint8], counts: NDArray[np.int64]) -> list[list[int]]:
    """For each row, where its numbers of each kind end among all numbers of the kind."""
    cells = np.repeat(np.arange(len(counts)) * len(KINDS), counts) + codes
    of_row = np.bincount(cells, minlength=len(counts) * len(KINDS)).reshape(-1, len(KINDS))
    ends: list[list[int]] = np.cumsum(of_row, axis=0).tolist()
    return ends
