"""List of erased data keys, outside the database: an older copy put back in its place forgets again.

A number a line, beside the audit anchor and beside the backups of the schedule; about nobody.
"""

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from django.conf import settings

logger = logging.getLogger(__name__)

# The name of the list in a folder of backups.
BESIDE_BACKUPS: Final = "erased-keys"


def path() -> Path:
    anchor: Path = settings.AUDIT_ANCHOR
    return anchor.with_name(f"{anchor.name}.erased")


def remember(numbers: Iterable[int]) -> None:
    """Add erased keys, once their erasure is committed; a failure is logged and undoes nothing."""
    lists = [path()]
    if settings.BACKUP_DESTINATION and Path(settings.BACKUP_DESTINATION).is_dir():
        lists.append(Path(settings.BACKUP_DESTINATION) / BESIDE_BACKUPS)
    listed = sorted(numbers)
    for place in lists:
        try:
            _append(place, listed)
        except OSError as error:
            logger.error("the list of erased data keys %s stays as it is: %s", place, error)


def remembered(*further: Path) -> set[int]:
    """The numbers of all keys that were ever erased here, and of further lists. Raises OSError."""
    return {number for place in (path(), *further) for number in _numbers(place)}


def copy_beside(backups: Path) -> None:
    """Bring the list in a folder of backups up to date. Raises OSError."""
    place = backups / BESIDE_BACKUPS
    # Made even where nothing was erased yet: that it is missing has to mean something at a restoration.
    _append(place, sorted(_numbers(path()) - _numbers(place)))


def _append(place: Path, numbers: Iterable[int]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="ascii") as file:
        file.writelines(f"{number}\n" for number in numbers)
        file.flush()
        os.fsync(file.fileno())


def _numbers(place: Path) -> set[int]:
    if not place.exists():
        return set()
    return {int(line) for line in place.read_text(encoding="ascii").split() if line.isdecimal()}
