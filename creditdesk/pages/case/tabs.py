"""Tabs of the case page: each has an address, and is loaded when it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the last part of their address.
TABS: Final[Mapping[str, str | Promise]] = {
    "why": _("Why"),
    "whatif": _("What if"),
    "compare": _("Compare"),
    "client": _("Client"),
    "history": _("History"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    view: str
    is_open: bool


def tabs(open_tab: str) -> list[Tab]:
    return [Tab(name, str(label), f"case_{name}", name == open_tab) for name, label in TABS.items()]


def tab_in(path: str) -> str:
    """Return the tab that the path of a case page names, "" for none."""
    last = path.rstrip("/").rpartition("/")[2]
    return last if last in TABS else ""
