"""The saved scenarios of a case side by side, beside what is on file."""

from dataclasses import dataclass

from accounts.models import User
from creditdesk.forms.simulation import values_on_file
from creditdesk.models import Case, Scenario
from scoring.ml.whatif.editable import BY_NAME, Editable
from scoring.presentation import formatting


@dataclass(frozen=True, slots=True)
class Column:
    """One scenario; it is outdated when the model or the data on file are others now."""

    scenario: Scenario
    is_own: bool
    is_outdated: bool
    moved: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its value on file, and in every scenario (empty where it was left as it is)."""

    label: str
    on_file: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def table_of(case: Case, reader: User) -> Table:
    """Everybody's scenarios of the case, in the order in which they were saved."""
    scenarios = list(case.scenarios.select_related("by"))
    asked = {name for scenario in scenarios for name in scenario.entered}
    shown = values_on_file(case.profile.record)
    rows = [
        Row(
            formatting.localize(one.label),
            _in_words(one, shown.get(one.name, case.profile.record.get(one.name))),
            tuple(
                _in_words(one, scenario.entered[one.name]) if one.name in scenario.entered else ""
                for scenario in scenarios
            ),
        )
        for one in BY_NAME.values()
        if one.name in asked
    ]
    return Table(tuple(_column(case, scenario, reader) for scenario in scenarios), tuple(rows))


def _column(case: Case, scenario: Scenario, reader: User) -> Column:
    stored = case.latest_assessment
    now = (case.profile.digest, stored.model_digest if stored else "")
    points = 100 * (scenario.probability - stored.probability) if stored and stored.probability else None
    return Column(
        scenario,
        is_own=scenario.by_id == reader.pk,
        is_outdated=(scenario.profile_digest, scenario.model_digest) != now,
        moved="" if points is None else formatting.signed(points, 1),
    )


def _in_words(one: Editable, value: float | None) -> str:
    return formatting.in_words(value, one.unit)
