"""Kinds of events by which a timeline is filtered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk.pages.case.events import Event

KINDS: Final[Mapping[str, tuple[str | Promise, frozenset[str]]]] = {
    "verdicts": (_("Assessments"), frozenset({"assessment"})),
    "decisions": (_("Decisions"), frozenset({"decision", "opinion", "check", "withdrawal", "reopening"})),
    "notes": (_("Notes"), frozenset({"note", "note_removed"})),
    "data": (_("Changes of the data"), frozenset({"correction", "charges", "merge", "parting"})),
    "documents": (_("Documents and letters"), frozenset({"document", "removal", "request", "letter"})),
    "contests": (_("Contests"), frozenset({"contest", "review"})),
}
# What is in none of them: who works on the case.
CASEWORK: Final = "casework"
_NAMED: Final = frozenset[str]().union(*(kinds for _label, kinds in KINDS.values()))


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    events: int
    is_chosen: bool


def choices(events: Sequence[Event], chosen: str) -> list[Choice]:
    """The kinds that the timeline has events of, after all of them; the chosen one in any case."""
    labels = {value: label for value, (label, _kinds) in KINDS.items()} | {CASEWORK: _("Casework")}
    counts = {value: len(filtered(events, value)) for value in labels}
    return [
        Choice("", str(_("Everything")), len(events), chosen not in labels),
        *(
            Choice(value, str(label), counts[value], value == chosen)
            for value, label in labels.items()
            if counts[value] or value == chosen
        ),
    ]


def filtered(events: Sequence[Event], chosen: str) -> list[Event]:
    """The events of one kind; all of them for an unknown one."""
    if chosen == CASEWORK:
        return [event for event in events if event.kind not in _NAMED]
    if chosen not in KINDS:
        return list(events)
    return [event for event in events if event.kind in KINDS[chosen][1]]
