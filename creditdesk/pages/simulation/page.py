"""What the simulation page shows: fields with sliders, the answer beside the stored one, scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from django.forms import BoundField

from accounts.models import User
from creditdesk import reasons
from creditdesk.forms.simulation import EditableField, ScenarioForm, SimulationForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.pages.simulation.scenarios import Table, table_of
from creditdesk.services.simulation import Simulation
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.features.spec.formula import Values
from scoring.ml.tables.catalogue import column
from scoring.ml.whatif.editable import BY_NAME, DOWN_PAYMENT
from scoring.presentation import formatting

SHIFTS: Final = 5
# A slider spans what is near the request; the number beside it takes everything within the bounds.
SLIDER_FROM, SLIDER_TO = 0.3, 2.0
MOST_PAID_DOWN: Final = 0.8


@dataclass(frozen=True, slots=True)
class Control:
    """A number with its slider; the slider has no name and is never sent."""

    field: BoundField
    low: float
    high: float
    step: float
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One group of features, before and after, in log-odds towards refusal."""

    label: str
    now: float
    then: float

    @property
    def by(self) -> float:
        return self.then - self.now

    @property
    def amounts(self) -> tuple[str, str]:
        return formatting.signed(self.now), formatting.signed(self.then)


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    is_new: bool


@dataclass(eq=False)
class SimulationPage:
    case: Case
    reader: User
    form: SimulationForm
    simulation: Simulation | None = None
    scenario_form: ScenarioForm | None = None
    refusal: str = ""
    told: str = ""

    # ---- the fields

    @property
    def controls(self) -> list[Control]:
        fields = ((field, field.field) for field in self.form)
        return [
            _control(field, one, self.form.record) for field, one in fields if isinstance(one, EditableField)
        ]

    @property
    def documents(self) -> list[BoundField]:
        return [field for field in self.form if not isinstance(field.field, EditableField)]

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """The fields with errors, for the links above the answer."""
        return [(field.name, str(error)) for field in self.form if field.errors for error in field.errors]

    # ---- what it is compared with

    @property
    def stored(self) -> Assessment | None:
        return self.case.latest_assessment

    @cached_property
    def standing(self) -> Decision | None:
        """The decision that closes the case: a simulation is still possible, and changes nothing."""
        return self.case.decisions.standing().select_related("decided_by").first()

    @property
    def is_comparable(self) -> bool:
        """Whether the stored assessment comes from the same model and data as the simulation."""
        one, other = self.stored, self.simulation
        return (
            one is not None
            and other is not None
            and (one.model_digest, one.profile_digest) == (other.model.digest, self.case.profile.digest)
        )

    # ---- the answer

    @property
    def changes(self) -> list[Change]:
        if self.simulation is None:
            return []
        record = self.simulation.request.record
        return [_change(name, record.get(name), value) for name, value in self.simulation.changes.items()]

    @property
    def figures(self) -> tuple[str, str] | None:
        if self.simulation is None:
            return None
        return formatting.percents_apart(
            self.simulation.prediction.probability, self.simulation.model.threshold
        )

    @property
    def moved(self) -> str:
        """The change of the probability against the stored one, in percentage points."""
        if not self.simulation or not self.stored or self.stored.probability is None:
            return ""
        points = 100 * (self.simulation.prediction.probability - self.stored.probability)
        return formatting.signed(points, 1 if abs(points) >= 0.1 else 2)

    @cached_property
    def shifts(self) -> list[Shift]:
        """The groups whose push changed most; none where the stored assessment cannot be compared."""
        if not self.is_comparable or not self.simulation or not self.stored:
            return []
        features = self.simulation.model.features
        now = _by_group(features, np.frombuffer(self.stored.contributions, dtype="<f8"))
        then = _by_group(features, self.simulation.prediction.contributions)
        shifts = [
            Shift(formatting.capitalized(catalogue.GROUPS[group]), now[group], then[group]) for group in now
        ]
        shifts.sort(key=lambda shift: -abs(shift.by))
        return [shift for shift in shifts[:SHIFTS] if shift.amounts[0] != shift.amounts[1]]

    @property
    def reasons(self) -> list[Reason]:
        """As an assessment would tell them. New are those that a stored one with this verdict does not have:
        what carries an accept is of another kind than what led to a refusal."""
        if self.simulation is None:
            return []
        alike = self.stored is not None and self.stored.verdict == self.simulation.prediction.verdict
        before = {reason.code for reason in self.stored.shown_reasons} if self.stored else set()
        language = "fr" if formatting.reads_french() else "en"
        return [
            Reason(reason.text(language), alike and reason.code not in before)
            for reason in self.simulation.reasons
        ]

    # ---- scenarios

    @cached_property
    def scenarios(self) -> Table:
        return table_of(self.case, self.reader)


def _control(field: BoundField, number: EditableField, record: Mapping[str, Any]) -> Control:
    one, on_file = number.editable, number.on_file
    low, high = one.low, one.high
    if one.name == DOWN_PAYMENT:
        high = min(high, MOST_PAID_DOWN * record["AMT_CREDIT"])
    elif one.unit is Unit.MONEY and on_file:
        low, high = max(low, SLIDER_FROM * on_file), min(high, SLIDER_TO * on_file)
    low, high = (one.step * round(end / one.step) for end in (low, max(low, high)))
    return Control(field, low, high, one.step, on_file or low)


def _change(name: str, now: Any, then: Any) -> Change:
    described = column("application", name)
    words = (formatting.column_in_words(described, value) for value in (now, then))
    label = BY_NAME[name].label if name in BY_NAME else described.label
    return Change(formatting.capitalized(label), *words)


def _by_group(features: Sequence[str], contributions: Values) -> dict[str, float]:
    names = tuple(features)
    sums = contributions @ reasons.grouping_of_model(names)
    return dict(zip(reasons.groups_of_model(names), sums.tolist(), strict=True))
