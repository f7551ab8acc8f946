"""The person behind a case on its page: their other cases, and the timeline of all of them."""

from functools import cached_property

from accounts.models import User
from creditdesk.models import Case, ClientKey
from creditdesk.pages.case import event_kinds
from creditdesk.pages.case.events import Event
from creditdesk.pages.case.other_cases import OtherCase, other_cases
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.timeline import NEWEST_EVENTS, PersonCase, acts_on, person_cases, timeline


class WithPerson:
    """What a case page shows of the person, as far as its reader may see it."""

    case: Case
    reader: User
    selection: Selection
    tab: str

    @cached_property
    def person_cases(self) -> list[PersonCase]:
        return person_cases(self.case, self.reader)

    @property
    def other_cases_count(self) -> int:
        """How many further cases of the person the reader may see."""
        return len(self.person_cases) - 1

    def client_key(self) -> str:
        """The bank's key of this case's own record, "" for none."""
        key = ClientKey.objects.filter(client=self.case.client_id).values_list("key", flat=True).first()
        return key or ""

    def other_cases(self) -> list[OtherCase]:
        keys = [item.pk for item in self.person_cases if item.pk != self.case.pk]
        return other_cases(keys, self.reader)

    @cached_property
    def acts(self) -> list[Event]:
        """The events of this case that decision and casework are made of."""
        if self.tab == "history":
            return [event for event in self.events if event.reference == self.case.reference]
        return acts_on(self.case)

    @cached_property
    def events(self) -> list[Event]:
        return timeline(self.case, self.reader, self.person_cases)

    @cached_property
    def chosen_events(self) -> list[Event]:
        """The events of the kind that the address selects."""
        return event_kinds.filtered(self.events, self.selection.kind)

    @property
    def shown_events(self) -> list[Event]:
        """The newest of them, or all on request."""
        return self.chosen_events if self.selection.show == "events" else self.chosen_events[:NEWEST_EVENTS]

    @property
    def first_earlier(self) -> int:
        """The number of the first event that was shown on request, 0 without one: reading goes on there."""
        return NEWEST_EVENTS + 1 if self.selection.show == "events" else 0

    @property
    def older_events(self) -> int:
        return len(self.chosen_events) - len(self.shown_events)

    def event_choices(self) -> list[event_kinds.Choice]:
        return event_kinds.choices(self.events, self.selection.kind)
