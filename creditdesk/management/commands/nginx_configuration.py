from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from creditdesk.web.proxy_configuration import TEMPLATE, HostsMissing, proxy_configuration


class Command(BaseCommand):
    help = "Print the configuration of nginx: its template in deploy/nginx with this desk's limits and names."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            template = (settings.BASE_DIR / TEMPLATE).read_text(encoding="utf-8")
            self.stdout.write(proxy_configuration(template))
        except (OSError, HostsMissing) as error:
            raise CommandError(str(error)) from error
