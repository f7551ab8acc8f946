"""Saved scenarios of a case side by side, beside the values on file."""

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from creditdesk.forms.simulation import values_on_file
from creditdesk.models import Case, Scenario
from scoring.ml.features.frames import Value
from scoring.ml.whatif.editable import BY_NAME, Editable
from scoring.presentation import formatting


@dataclass(frozen=True, slots=True)
class Column:
    """One scenario; it is outdated when the model or the data on file have changed since.

    `probability_shift` is the change against the stored probability, in percentage points.
    """

    scenario: Scenario
    is_own: bool
    is_outdated: bool
    probability_shift: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field: its value on file, and in every scenario (empty where it was left as it is)."""

    label: str
    on_file: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


NO_SCENARIOS: Final = ScenarioTable((), ())


def scenario_table(case: Case, reader: User) -> ScenarioTable:
    """Return the scenarios of all users on the case, in the order in which they were saved."""
    scenarios = list(case.scenarios.select_related("by"))
    record = case.profile.record
    on_file: dict[str, Value] = {**values_on_file(record)}
    entered = {name for scenario in scenarios for name in scenario.entered}
    return ScenarioTable(
        columns=tuple(_column(case, scenario, reader) for scenario in scenarios),
        rows=tuple(
            _row(field, on_file.get(field.name, record.get(field.name)), scenarios)
            for field in BY_NAME.values()
            if field.name in entered
        ),
    )


def _column(case: Case, scenario: Scenario, reader: User) -> Column:
    stored = case.latest_assessment
    current = (case.profile.digest, stored.model_digest if stored else "")
    points = 100 * (scenario.probability - stored.probability) if stored and stored.probability else None
    return Column(
        scenario,
        is_own=scenario.by_id == reader.pk,
        is_outdated=(scenario.profile_digest, scenario.model_digest) != current,
        probability_shift="" if points is None else formatting.signed(points, 1),
    )


def _row(field: Editable, on_file: Value, scenarios: list[Scenario]) -> Row:
    return Row(
        label=formatting.localize(field.label),
        on_file=formatting.in_words(on_file, field.unit),
        values=tuple(
            formatting.in_words(scenario.entered[field.name], field.unit)
            if field.name in scenario.entered
            else ""
            for scenario in scenarios
        ),
    )
