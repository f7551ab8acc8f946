"""Days that people choose cases by, as the moments at which they begin."""

from datetime import date, datetime, time
from typing import Final

from django.utils import timezone

# A year from the ends of the calendar, which a moment of another time zone would cross.
EARLIEST: Final = date(2, 1, 1)
LATEST: Final = date(9998, 12, 31)


def midnight(day: date) -> datetime:
    """The first moment of a day; beyond EARLIEST and LATEST that of the nearer one."""
    return timezone.make_aware(datetime.combine(min(max(day, EARLIEST), LATEST), time.min))
