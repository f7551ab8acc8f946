from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.encryption.wrapping import UnknownWrappingKey
from creditdesk.services.personal_data.wrapping_key import rotate_wrapping_key


class Command(BaseCommand):
    help = (
        "Wrap every data key with WRAPPING_KEY. Set it to a new key first, put the old one in front of"
        " WRAPPING_OLD_KEYS for every process, and restart them; afterwards the old one may be destroyed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rewrapped = rotate_wrapping_key()
        except UnknownWrappingKey as error:
            raise CommandError(f"{error}; nothing was changed") from error
        self.stdout.write(f"{rewrapped:,} data keys wrapped anew.")
