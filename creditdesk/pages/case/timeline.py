"""Timeline of a client's cases, newest first: assessments, decisions, notes and casework."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Model, QuerySet

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.prepared_queries import ANYBODY, ANYTHING, PreparedRows
from creditdesk.models import BlindDraw, Case, Client, ClientMerge
from creditdesk.models.case import CaseQuerySet
from creditdesk.pages.case.events import SOURCES, Event, Source, assessments, merges, shared

# What a case page shows at first: with a long history it would be taller than a person scrolls.
NEWEST_EVENTS: Final = 5


class PersonCase(NamedTuple):
    """A case of the person that the reader may see."""

    pk: int
    reference: str
    client_id: int


def cases_of_client(case: Case, user: User) -> CaseQuerySet:
    """This case and the person's other cases, as far as the reader may see them."""
    return Case.objects.visible_to(user).of_person(case.client)


def person_cases(case: Case, user: User) -> list[PersonCase]:
    """The keys and references of `cases_of_client`."""
    return [PersonCase(*row) for row in _person_cases(user.role).all(user.pk, case.client.person_id)]


@cache
def _person_cases(role: str) -> PreparedRows:
    # The row scope depends on the role and the person; both persons are parameters.
    def rows(reader: int, person: int) -> QuerySet[Case, tuple[Any, ...]]:
        visible = Case.objects.visible_to(User(pk=reader, role=role)).of_person(Client(pk=person))
        return visible.values_list("pk", "reference", "client_id")

    return PreparedRows(rows, ANYBODY, ANYTHING)


def timeline(case: Case, user: User, cases: Sequence[PersonCase] | None = None) -> list[Event]:
    """Return the events of these cases of the person; unless given, of all that the reader may see."""
    cases = person_cases(case, user) if cases is None else cases
    clients = {item.client_id for item in cases}
    references, acts, marks = _acts(cases, clients)
    merged = merges(clients, case.reference, user) if marks.has_merges else ()
    events = [*assessments(references), *acts, *merged]
    blind = _blind_references(references, user) if marks.has_draws else set()
    return _newest_first([event for event in events if not event.reveals_verdict_of(blind)])


def acts_on(case: Case) -> list[Event]:
    """Return the events of this case alone, without its assessments."""
    own = PersonCase(case.pk, case.reference, case.client_id)
    return _newest_first(_acts([own], {case.client_id})[1])


def _acts(cases: Sequence[PersonCase], clients: set[int]) -> tuple[dict[int, str], list[Event], "_Marks"]:
    references = {item.pk: item.reference for item in cases}
    sources, marks = _sources_with_rows(references, list(clients))
    if marks.was_shared:
        sources.append(shared)
    return references, [event for source in sources for event in source(references)], marks


def _blind_references(references: dict[int, str], user: User) -> set[str]:
    """References of the cases whose verdict this reader does not see yet."""
    cases = Case.objects.blind_for(user).filter(pk__in=references)
    return set(cases.values_list("reference", flat=True))


def _newest_first(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at, reverse=True)


class _Marks(NamedTuple):
    """Whether a record of the client was ever merged, a case shared, and one drawn for a blind opinion."""

    has_merges: bool = False
    was_shared: bool = False
    has_draws: bool = False


def _sources_with_rows(references: dict[int, str], clients: list[int]) -> tuple[list[Source], _Marks]:
    """Return the sources that hold rows of these cases, and what else there is of them.

    Most cases have few events; one plain statement takes a tenth of the time of one query per table.
    """
    cases = list(references)
    if not cases:
        return [], _Marks()
    case_places = ", ".join(["%s"] * len(cases))
    condition = f"case_id IN ({case_places})"
    tables: list[type[Model]] = [*SOURCES, BlindDraw]
    parts = [f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {condition})" for model in tables]  # noqa: S608
    placeholders, table = ", ".join(["%s"] * len(clients)), ClientMerge._meta.db_table
    parts += [
        f"EXISTS (SELECT 1 FROM {table} WHERE {column} IN ({placeholders}))"  # noqa: S608
        for column in ("primary_id", "duplicate_id")
    ]
    audited = AuditEvent._meta.db_table
    parts.append(f"EXISTS (SELECT 1 FROM {audited} WHERE action = %s AND target IN ({case_places}))")  # noqa: S608
    values: list[int | str] = [
        *cases * len(tables),
        *clients,
        *clients,
        Action.SHARE.value,
        *references.values(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        *has_rows, has_draws, was_primary, was_duplicate, was_shared = cursor.fetchone()
    sources = [source for source, present in zip(SOURCES.values(), has_rows, strict=True) if present]
    return sources, _Marks(bool(was_primary or was_duplicate), bool(was_shared), bool(has_draws))
