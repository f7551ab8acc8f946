"""Keys of rows, as a request names them."""

from typing import Final

# A key has 63 bits; Python refuses to read a number of some thousand digits at all.
_MAX_DIGITS: Final = 18


def row_key(text: str) -> int | None:
    """The key that the text names, None for a text that can be none."""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else None
