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


# What they show follows from the verdict, or gives it away.
VERDICT_TABS: Final = frozenset({"why", "whatif", "compare"})


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    view: str
    is_open: bool


def tabs(open_tab: str, *, is_blind: bool = False) -> list[Tab]:
    """Return the tabs of a case; while its verdict is kept from the reader, those that keep it too."""
    return [
        Tab(name, str(label), f"case_{name}", name == open_tab)
        for name, label in TABS.items()
        if not (is_blind and name in VERDICT_TABS)
    ]


def tab_in(path: str) -> str:
    """Return the tab that the path of a case page names, "" for none."""
    last = path.rstrip("/").rpartition("/")[2]
    return last if last in TABS else ""
