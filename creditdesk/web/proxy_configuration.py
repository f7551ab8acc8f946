"""The configuration of nginx, from the desk's own limits and settings."""

import re
from pathlib import Path
from typing import Final

from django.conf import settings

from creditdesk import limits

TEMPLATE: Final = Path("deploy") / "nginx" / "creditdesk.conf.template"
_PLACE: Final = re.compile(r"@([A-Z_]+)@")


class HostsMissing(Exception):
    """No name is set under which the desk is reached."""


def proxy_configuration(template: str) -> str:
    """Fill in a template. Raise HostsMissing without a name, KeyError for a place that nothing fills."""
    values = {name: getattr(limits, name) for name in vars(limits) if name.isupper()} | {
        "API_REQUESTS_PER_MINUTE": settings.API_REQUESTS_PER_MINUTE,
        "API_REQUESTS_PER_SECOND": max(1, settings.API_REQUESTS_PER_MINUTE // 60),
        # A key's own bucket holds what it may ask for in a minute: the proxy refuses nothing that it admits.
        "API_BURST": settings.API_REQUESTS_PER_MINUTE,
        "HOSTS": " ".join(_hosts()),
    }
    return _PLACE.sub(lambda place: str(values[place[1]]), template)


def _hosts() -> list[str]:
    """The names of ALLOWED_HOSTS as nginx writes them: .example.org is the name and all below it."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    if not hosts:
        raise HostsMissing("ALLOWED_HOSTS names no host: the proxy would answer to any name")
    return hosts
