"""List of erased data keys, outside the database: an older copy put back in its place forgets again.

A number a line, beside the audit anchor; it says nothing about anybody. Keep it when a backup is restored.
"""

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)


def path() -> Path:
    anchor: Path = settings.AUDIT_ANCHOR
    return anchor.with_name(f"{anchor.name}.erased")


def remember(numbers: Iterable[int]) -> None:
    """Add erased keys, once their erasure is committed; a failure is logged and undoes nothing."""
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with path().open("a", encoding="ascii") as file:
            file.writelines(f"{number}\n" for number in numbers)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        logger.error("the list of erased data keys stays as it is: %s", error)


def remembered() -> set[int]:
    """The numbers of all keys that were ever erased here."""
    if not path().exists():
        return set()
    return {int(line) for line in path().read_text(encoding="ascii").split() if line.isdecimal()}
