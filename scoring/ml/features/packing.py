"""A client's raw inputs as bytes: application columns and history aggregates in one packed row.

A row is a format byte, the number of its layout (two bytes, little-endian) and a zlib stream of
- a bit for every number of the layout, set where it is present;
- a byte for every category of the layout: its position among the layout's values, or ABSENT;
- the numbers that are present, in the order of the layout: as `packed_numbers` packs them, in the format of
  earlier releases all as little-endian float64;
- JSON of what the layout has no place for, nothing where there is none.

A layout is a file that never changes (`layouts/<number>.json`): another catalogue takes another number, and
rows of earlier layouts stay readable.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.packed_numbers import pack_numbers, unpack_numbers

FOLDER: Final = Path(__file__).with_name("layouts")
CURRENT: Final = 1
FORMAT: Final = 2
# Of earlier releases; what the digest of a profile is computed from has stayed in it.
PLAIN_FORMAT: Final = 1
ABSENT: Final = 255
# The numbers of an unpacked row are read at every assessment: the quickest level, within 10 % of the best.
_LEVEL: Final = 1

Application = Mapping[str, Any]
History = Mapping[str, float]


class UnpackedInputs(NamedTuple):
    """What is present, by name, as given to `pack`."""

    application: dict[str, Any]
    history: dict[str, float]


@dataclass(frozen=True)
class Layout:
    """The order of a packed row: numbers of the application, of the history, and categories with values."""

    number: int
    application: tuple[str, ...]
    history: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        return (*self.application, *self.history)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each number in a row."""
        return {name: position for position, name in enumerate(self.numbers)}

    @cached_property
    def codes(self) -> Mapping[str, Mapping[str, int]]:
        return {
            name: {value: code for code, value in enumerate(values)}
            for name, values in self.categories.items()
        }

    @cached_property
    def mask_bytes(self) -> int:
        return -(-len(self.numbers) // 8)

    @cached_property
    def head_bytes(self) -> int:
        return self.mask_bytes + len(self.categories)


@cache
def layout(number: int) -> Layout:
    """Read a layout. Raises FileNotFoundError for a number that no release has used."""
    stored = json.loads((FOLDER / f"{number}.json").read_text(encoding="utf-8"))
    return Layout(
        number=number,
        application=tuple(stored["application"]),
        history=tuple(stored["history"]),
        categories={name: tuple(values) for name, values in stored["categories"].items()},
    )


class PackedInputs(NamedTuple):
    """A packed row, and the SHA-256 of its content and of the numbers of history rows."""

    row: bytes
    digest: str


def pack(
    application: Application,
    history: History,
    history_rows: Mapping[str, int],
    *,
    number: int | None = None,
) -> PackedInputs:
    """Pack one client's inputs by the layout `number`, that of today where none is given.

    Values that are None count as absent. Equal inputs give an equal digest.
    """
    order = layout(CURRENT if number is None else number)
    values = np.full(len(order.numbers), np.nan)
    codes = bytearray([ABSENT]) * len(order.categories)
    misplaced: dict[str, dict[str, Any]] = {}
    position_of = {name: position for position, name in enumerate(order.categories)}
    for part, given in (("application", application), ("history", history)):
        for name, value in given.items():
            code = order.codes.get(name, {}).get(str(value))
            if value is None:
                continue
            if code is not None:
                codes[position_of[name]] = code
            elif name in order.positions and not isinstance(value, str):
                values[order.positions[name]] = value
            else:
                misplaced.setdefault(part, {})[name] = value
    present = ~np.isnan(values)
    tail = json.dumps(misplaced, sort_keys=True, separators=(",", ":")).encode() if misplaced else b""
    head, numbers = np.packbits(present).tobytes() + bytes(codes), values[present].astype("<f8")
    (packed,) = pack_numbers(numbers, np.array([len(numbers)]))
    digest = _digest(order.number, _rows_text(history_rows), head, numbers.tobytes(), tail)
    return PackedInputs(_compressed(order.number, head, packed, tail), digest)


def pack_columns(
    columns: Mapping[str, NDArray[Any]], history_rows: Sequence[Mapping[str, int]]
) -> Iterator[PackedInputs]:
    """Pack n clients, the same as `pack` one by one; columns (n,) by name, NaN or None where absent."""
    order, size = layout(CURRENT), len(history_rows)
    given = [name for name in order.numbers if name in columns]
    values = np.empty((size, len(given)), dtype="<f8")
    for position, name in enumerate(given):
        values[:, position] = columns[name]
    codes = np.column_stack(
        [_codes(columns.get(name), of_value, size) for name, of_value in order.codes.items()]
    )
    present = ~np.isnan(values)
    # A table that was not provided has no columns, and no bit set.
    masks = np.zeros((size, len(order.numbers)), dtype=bool)
    masks[:, [order.positions[name] for name in given]] = present
    numbers, counts = values[present], present.sum(axis=1)
    plain, ends = memoryview(numbers.tobytes()), (8 * np.cumsum(counts)).tolist()
    heads = np.hstack([np.packbits(masks, axis=1), codes])
    start = 0
    packed_rows = zip(heads, pack_numbers(numbers, counts), ends, history_rows, strict=True)
    for head, packed, end, rows in packed_rows:
        digest = _digest(order.number, _rows_text(rows), head.tobytes(), plain[start:end])
        yield PackedInputs(_compressed(order.number, head.tobytes(), packed), digest)
        start = end


class PackedRecord(Mapping[str, Any]):
    """What a packed row holds by name, application and history side by side.

    `numbers`, (m + 1,): those of the layout, NaN where absent, and one more NaN. Names are looked up in the
    layout; the values of a whole record are collected once, and only for whoever goes through them.
    """

    __slots__ = ("_application", "_history", "categories", "layout", "misplaced", "numbers")

    def __init__(self, row: bytes | memoryview) -> None:
        """Raises ValueError for anything but a packed row."""
        order, payload = _opened(row)
        self.layout = order
        start = order.head_bytes
        is_present, present, end = _present_numbers(row[0], order, payload)
        self.numbers = np.full(len(order.numbers) + 1, np.nan)
        self.numbers[:-1][is_present] = present
        self.categories = {
            name: values[code]
            for (name, values), code in zip(
                order.categories.items(), payload[order.mask_bytes : start], strict=True
            )
            if code != ABSENT
        }
        self.misplaced: dict[str, dict[str, Any]] = json.loads(payload[end:]) if end < len(payload) else {}
        self._application: dict[str, Any] | None = None
        self._history: dict[str, float] | None = None

    def __getitem__(self, name: str) -> Any:
        position = self.layout.positions.get(name)
        # NaN is the one value that differs from itself.
        if position is not None and (value := float(self.numbers[position])) == value:
            return value
        if name in self.categories:
            return self.categories[name]
        for values in self.misplaced.values():
            if name in values:
                return values[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({**self.application, **self.history})

    def __len__(self) -> int:
        return len(self.application) + len(self.history)

    @property
    def application(self) -> dict[str, Any]:
        """The raw application columns that are present."""
        if self._application is None:
            count = len(self.layout.application)
            numbers = _present(self.layout.application, self.numbers[:count])
            self._application = {**self.categories, **numbers, **self.misplaced.get("application", {})}
        return self._application

    @property
    def history(self) -> dict[str, float]:
        """The history aggregates that are present."""
        if self._history is None:
            numbers = _present(self.layout.history, self.numbers[len(self.layout.application) : -1])
            self._history = {**numbers, **self.misplaced.get("history", {})}
        return self._history


def unpack(row: bytes | memoryview) -> UnpackedInputs:
    """Read a packed row of any layout. Raises ValueError for anything else."""
    record = PackedRecord(row)
    return UnpackedInputs(record.application, record.history)


def content_digest(row: bytes | memoryview, history_rows: Mapping[str, int]) -> str:
    """The digest that `pack` gives today for the content of a row, whatever its layout."""
    order, payload = _opened(row)
    if order.number != CURRENT:
        return pack(*unpack(row), history_rows).digest
    _, numbers, end = _present_numbers(row[0], order, payload)
    head, tail = payload[: order.head_bytes], payload[end:]
    return _digest(CURRENT, _rows_text(history_rows), head, numbers.astype("<f8").tobytes(), tail)


def _compressed(number: int, *parts: bytes) -> bytes:
    return _marks(FORMAT, number) + zlib.compress(b"".join(parts), _LEVEL)


def _marks(row_format: int, number: int) -> bytes:
    return bytes([row_format]) + number.to_bytes(2, "little")


def _digest(number: int, rows: bytes, *plain: bytes | memoryview) -> str:
    """SHA-256 of the numbers of history rows, and of the content in the plain format."""
    return hashlib.sha256(b"".join((_marks(PLAIN_FORMAT, number), b"\0", rows, b"\0", *plain))).hexdigest()


def _opened(row: bytes | memoryview) -> tuple[Layout, bytes]:
    row = bytes(row)
    if len(row) < 3 or row[0] not in (FORMAT, PLAIN_FORMAT):
        raise ValueError("this is not a packed row of inputs")
    try:
        return layout(int.from_bytes(row[1:3], "little")), zlib.decompress(row[3:])
    except (FileNotFoundError, zlib.error) as error:
        raise ValueError(f"this packed row of inputs cannot be read: {error}") from error


def _present_numbers(
    row_format: int, order: Layout, payload: bytes
) -> tuple[NDArray[np.bool_], NDArray[np.float64], int]:
    """Which numbers of the layout a row has, these numbers, and where they end."""
    bits = np.frombuffer(payload, dtype=np.uint8, count=order.mask_bytes)
    is_present = np.unpackbits(bits, count=len(order.numbers)).view(bool)
    count, start = int(np.count_nonzero(is_present)), order.head_bytes
    if row_format == FORMAT:
        return is_present, *unpack_numbers(payload, start, count)
    return is_present, np.frombuffer(payload, "<f8", count, start), start + 8 * count


def _present(names: Sequence[str], numbers: NDArray[np.float64]) -> dict[str, float]:
    positions = np.flatnonzero(~np.isnan(numbers)).tolist()
    return dict(zip(map(names.__getitem__, positions), numbers[positions].tolist(), strict=True))


def _codes(values: NDArray[Any] | None, of_value: Mapping[str, int], size: int) -> NDArray[np.uint8]:
    if values is None:
        return np.full(size, ABSENT, dtype=np.uint8)
    return np.array([of_value.get(value, ABSENT) for value in values.tolist()], dtype=np.uint8)


def _rows_text(history_rows: Mapping[str, int]) -> bytes:
    return json.dumps(dict(history_rows), sort_keys=True, separators=(",", ":")).encode()
