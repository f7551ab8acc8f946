"""Correct the rows of a client's history tables: their aggregates are computed again as an import would."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.models import Case, Correction, HistoryTable, Profile
from creditdesk.services.correction import (
    assess_corrected,
    audit_correction,
    locked_profile,
    save_correction,
)
from creditdesk.services.refusal import ActRefused, locked_case
from scoring.ml.features.history.all_tables import TABLE_HISTORIES, computable
from scoring.ml.features.history.few_clients import histories
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Kind
from scoring.presentation import formatting

Row = Mapping[str, float | str]
Tables = Mapping[str, Sequence[Row]]

MAX_ROWS: Final = 10_000
_CLIENT: Final = "SK_ID_CURR"
_LOAN: Final = "SK_ID_BUREAU"


def correct_history(*, case: Case, tables: Tables, profile_digest: str, reason: str, by: User) -> Correction:
    """Put these rows in the place of the tables' rows, all of them. Raises ActRefused.

    `profile_digest` is of the profile that the person saw. The rows are checked one by one before; what they
    must be to each other is checked here. Each version of the rows stays.
    """
    if not by.has_perm("creditdesk.correct_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say what was wrong or missing, and how you know."))
    with transaction.atomic():
        locked = locked_case(case, by)
        profile = locked_profile(locked, profile_digest, by)
        rows = {name: _with_whole_ids(name, given) for name, given in tables.items()}
        corrected = _corrected(locked, profile, rows)
        changes = {name: [profile.history_rows.get(name), len(rows[name])] for name in rows}
        correction = save_correction(locked, profile, corrected, changes, reason.strip(), by)
        versions = [
            HistoryTable.objects.create(case=locked, correction=correction, table=name, rows=rows[name])
            for name in rows
        ]
        audit_correction(correction, by, [correction, *versions])
        assess_corrected(locked, by)
    return correction


def missing_companions(profile: Profile, on_file: Tables, table: str) -> list[str]:
    """The tables that are computed together with this one, and of which only aggregates are on file."""
    return [name for name in companions(table) if profile.history_rows.get(name) and name not in on_file]


def companions(table: str) -> list[str]:
    """The other tables that the aggregates of this one are computed from, or that need it."""
    related = {
        name
        for history in TABLE_HISTORIES
        if table in (*history.required, *history.optional)
        for name in (*history.required, *history.optional)
    }
    return sorted(related - {table})


def _corrected(case: Case, profile: Profile, rows: Tables) -> Profile:
    """The profile with the aggregates of these tables, and of those computed with them, computed again."""
    on_file = HistoryTable.objects.on_file(case)
    together: dict[str, Sequence[Row]] = {}
    for table in rows:
        lacking = [name for name in missing_companions(profile, on_file, table) if name not in rows]
        if lacking:
            raise ActRefused(
                gettext("The rows of “%(table)s” are not on file: bring them as a file too.")
                % {"table": formatting.capitalized(TABLES[lacking[0]].label)}
            )
        for name in (table, *companions(table)):
            if name in rows or name in profile.history_rows:
                together[name] = rows.get(name, on_file.get(name, []))
    if problems := list(_problems(together)):
        raise ActRefused(" ".join(problems[:5]))
    (history,) = histories([together])
    again = computable(together)
    computed = {feature.name for table_history in again for feature in table_history.aggregates}
    aggregates = {name: value for name, value in profile.history.items() if name not in computed}
    corrected = Profile.of_inputs(
        profile.application,
        aggregates | history.aggregates,
        {**profile.history_rows, **history.rows},
        case=case,
    )
    if corrected.digest == profile.digest:
        raise ActRefused(gettext("The model reads the same from these rows as before: nothing was changed."))
    return corrected


def _problems(tables: Tables) -> Iterator[str]:
    """Return what keeps rows from standing beside each other, as an import would reject them."""
    if sum(len(rows) for rows in tables.values()) > MAX_ROWS:
        yield gettext("More than %(most)s rows.") % {"most": formatting.number(MAX_ROWS)}
    if "bureau_balance" in tables and "bureau" not in tables:
        yield gettext("Monthly statuses need the credits that they belong to: enter those first.")
    for name, rows in tables.items():
        key, keys = TABLES[name].key, set()
        for number, row in enumerate(rows if key else (), start=1):
            value = tuple(row.get(column) for column in key)
            if value in keys:
                yield gettext("%(table)s, row %(row)s repeats %(key)s of an earlier row.") % {
                    "table": formatting.capitalized(TABLES[name].label),
                    "row": number,
                    "key": ", ".join(key),
                }
            keys.add(value)
    loans = {row[_LOAN] for row in tables.get("bureau", ())}
    for number, row in enumerate(tables.get("bureau_balance", ()), start=1):
        if row[_LOAN] not in loans:
            yield gettext("Monthly status %(row)s belongs to no credit on file (%(number)s).") % {
                "row": number,
                "number": row[_LOAN],
            }


def _with_whole_ids(table: str, rows: Sequence[Row]) -> list[dict[str, float | str]]:
    """The rows without the client, who is the case's, and with whole numbers of loans."""
    ids = {column.name for column in TABLES[table].columns if column.kind is Kind.ID}
    return [
        {name: int(value) if name in ids else value for name, value in row.items() if name != _CLIENT}
        for row in rows
    ]
