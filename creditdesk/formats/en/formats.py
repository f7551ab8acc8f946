"""Dates in English: the month by its name, as 12/01 is another day on either side of the Atlantic."""

from typing import Final

DATE_FORMAT: Final = "F j, Y"
DATETIME_FORMAT: Final = f"{DATE_FORMAT}, P"
# The day stays in one line: a narrow column would have three of it.
SHORT_DATE_FORMAT: Final = "M\xa0j,\xa0Y"
SHORT_DATETIME_FORMAT: Final = f"{SHORT_DATE_FORMAT}, P"
