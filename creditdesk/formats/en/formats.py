"""Dates in English as letters write them: the month by its name, as 12/01 is another day in America."""

from typing import Final

DATE_FORMAT: Final = "j F Y"
DATETIME_FORMAT: Final = f"{DATE_FORMAT}, P"
# The day stays in one line: a narrow column would have three of it.
SHORT_DATE_FORMAT: Final = "j\xa0M\xa0Y"
SHORT_DATETIME_FORMAT: Final = f"{SHORT_DATE_FORMAT}, P"
