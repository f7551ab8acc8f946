"""The passphrase of a backup, from a file or from the environment: never from the command line."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError


def passphrase_in(path: Path | None) -> str:
    """The first line of the file, by default of BACKUP_PASSPHRASE_FILE; nothing where neither is named."""
    named = path or (Path(settings.BACKUP_PASSPHRASE_FILE) if settings.BACKUP_PASSPHRASE_FILE else None)
    if named is None:
        return ""
    try:
        passphrase = named.read_text(encoding="utf-8").split("\n")[0].strip()
    except OSError as error:
        raise CommandError(f"{named} cannot be read: {error.strerror}") from error
    if len(passphrase) < 12:
        raise CommandError(f"The passphrase in {named} has fewer than 12 characters.")
    return passphrase
