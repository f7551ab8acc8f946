"""Cells of CSV files that people open in a spreadsheet."""

from typing import Final

# A spreadsheet runs a cell that starts with one of these.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """Neutralise text that a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


class Line:
    """A stream for `csv.writer` that returns each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line
