"""Short dates in English: the month by its name, as 12/01 is another day on either side of the Atlantic."""

from typing import Final

SHORT_DATE_FORMAT: Final = "M j, Y"
SHORT_DATETIME_FORMAT: Final = "M j, Y, P"
