"""Changes that an audit event records, as pairs of an old and a new value."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A value before and after; None: there was none, or it is not recorded."""

    name: str
    before: object
    after: object


def changes_in(details: Mapping[str, Any]) -> list[Change]:
    """Return the changes that the details of an event record, in their order."""
    return [*_pair(details), *_form_values(details)]


def _pair(details: Mapping[str, Any]) -> Iterator[Change]:
    """Acts of the desk record who or what came before and after."""
    if "previous" in details and "new" in details:
        yield Change("", details["previous"], details["new"])


def _form_values(details: Mapping[str, Any]) -> Iterator[Change]:
    """The administration records the values of changed fields beside its own message."""
    for part in details.get("changed") or ():
        if isinstance(part, dict):
            for name, (before, after) in part.get("values", {}).items():
                yield Change(name, before, after)
