"""Simulation page: fields with sliders, the simulated verdict beside the stored one, saved scenarios."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef
from django.forms import BoundField

from accounts.models import User
from accounts.prepared_queries import ANYTHING, Prepared
from accounts.row_keys import row_key
from creditdesk import reasons, services
from creditdesk.forms.simulation import EditableField, ScenarioForm, SimulationForm, credit_on_file
from creditdesk.models import Assessment, Case, Decision, Scenario
from creditdesk.pages.budget_sentences import unmet_sentences
from creditdesk.pages.missing_inputs import label_of
from creditdesk.pages.simulation.scenarios import NO_SCENARIOS, ScenarioTable, scenario_table
from creditdesk.pages.verdict_figures import VerdictFigures, verdict_figures
from creditdesk.services.simulation import Simulation
from scoring.ml.features import catalogue
from scoring.ml.features.frames import Value
from scoring.ml.features.spec.feature import Unit
from scoring.ml.tables.catalogue import column
from scoring.ml.whatif.editable import BY_NAME, DOWN_PAYMENT
from scoring.presentation import formatting

MAX_GROUP_SHIFTS: Final = 5
# A slider spans what is near the request; the number beside it takes everything within the bounds.
SLIDER_MIN_RATIO, SLIDER_MAX_RATIO = 0.3, 2.0
MAX_DOWN_PAYMENT_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Control:
    """A number with its slider; the slider has no name and is never sent.

    `derived`: the value that follows from the entered ones, "" where the field shows its own.
    """

    field: BoundField
    low: float
    high: float
    step: float
    at: float
    derived: str
    is_entered: bool

    @property
    def value(self) -> str:
        return self.derived or self.field.value() or ""


@dataclass(frozen=True, slots=True)
class Change:
    """One raw column, before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class GroupShift:
    """One feature group, before and after, in log-odds towards refusal."""

    label: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def amounts(self) -> tuple[str, str]:
        return formatting.signed(self.before), formatting.signed(self.after)


@dataclass(frozen=True, slots=True)
class SimulatedReason:
    text: str
    is_new: bool


@dataclass(eq=False)
class SimulationPage:
    """`message` reports an act that was done, `refusal` the reason why one was not."""

    case: Case
    reader: User
    form: SimulationForm
    simulation: Simulation | None = None
    scenario_form: ScenarioForm | None = None
    refusal: str = ""
    message: str = ""

    # ---- the fields

    @property
    def controls(self) -> list[Control]:
        credit = credit_on_file(self.form.record)
        return [
            _control(self.form, bound, bound.field, credit)
            for bound in self.form
            if isinstance(bound.field, EditableField)
        ]

    @property
    def documents(self) -> list[BoundField]:
        return [bound for bound in self.form if not isinstance(bound.field, EditableField)]

    @property
    def field_errors(self) -> list[tuple[str, str]]:
        """Name and message of each error, for the links above the result."""
        return [(bound.name, str(error)) for bound in self.form for error in bound.errors]

    # ---- the stored assessment

    @property
    def stored(self) -> Assessment | None:
        return self.case.latest_assessment

    @cached_property
    def standing_decision(self) -> Decision | None:
        """The decision that closes the case: a simulation is still possible, and changes nothing."""
        if not self._presence.is_decided:
            return None
        return self.case.decisions.standing().select_related("decided_by").first()

    @property
    def is_comparable(self) -> bool:
        """Whether the stored assessment comes from the same model, policy and data as the simulation."""
        if self.stored is None or self.simulation is None:
            return False
        policy = self.simulation.policy
        rules = services.RulesInUse(self.simulation.model.digest, policy.pk if policy else None)
        return services.still_holds(self.stored, self.case.profile.digest, rules)

    # ---- the result

    @property
    def changes(self) -> list[Change]:
        if self.simulation is None:
            return []
        record = self.simulation.request.record
        return [_change(name, record.get(name), value) for name, value in self.simulation.changes.items()]

    @property
    def figures(self) -> VerdictFigures | None:
        if self.simulation is None:
            return None
        return verdict_figures(self.simulation.prediction.probability, self.simulation.thresholds.refuse_from)

    @property
    def missing_labels(self) -> str:
        """The inputs to be completed, the most important first."""
        missing = self.simulation.prediction.missing if self.simulation else ()
        return ", ".join(map(label_of, missing))

    @property
    def budget_sentences(self) -> list[str]:
        """What is not known of the budget, or each limit that the changed request does not keep."""
        judged = self.simulation.affordability if self.simulation else None
        return unmet_sentences(judged) if judged else []

    @property
    def probability_shift(self) -> str:
        """The change of the probability against the stored one, in percentage points."""
        if not self.simulation or not self.stored or self.stored.probability is None:
            return ""
        points = 100 * (self.simulation.prediction.probability - self.stored.probability)
        return formatting.signed(points, 1 if abs(points) >= 0.1 else 2)

    @cached_property
    def group_shifts(self) -> list[GroupShift]:
        """The groups whose effect changed most; none where the stored assessment cannot be compared."""
        if not self.is_comparable or not self.simulation or not self.stored:
            return []
        features = tuple(self.simulation.model.features)
        before = reasons.group_sums(features, np.frombuffer(self.stored.contributions, dtype="<f8"))
        after = reasons.group_sums(features, self.simulation.prediction.contributions)
        shifts = [
            GroupShift(formatting.capitalized(catalogue.GROUPS[code]), before[code], after[code])
            for code in before
        ]
        shifts.sort(key=lambda shift: -abs(shift.difference))
        return [shift for shift in shifts[:MAX_GROUP_SHIFTS] if shift.amounts[0] != shift.amounts[1]]

    @property
    def reasons(self) -> list[SimulatedReason]:
        """The reasons as an assessment would show them; new are those that the stored one does not have.

        None is new where the stored verdict differs: an accept has reasons of another kind than a refusal.
        """
        if self.simulation is None:
            return []
        has_same_verdict = (
            self.stored is not None and self.stored.verdict == self.simulation.prediction.verdict
        )
        stored_codes = {reason.code for reason in self.stored.shown_reasons} if self.stored else set()
        return [
            SimulatedReason(
                reasons.text_for_the_desk(reason), has_same_verdict and reason.code not in stored_codes
            )
            for reason in self.simulation.reasons
        ]

    # ---- scenarios

    @cached_property
    def scenarios(self) -> ScenarioTable:
        return scenario_table(self.case, self.reader) if self._presence.has_scenarios else NO_SCENARIOS

    @cached_property
    def _presence(self) -> "_Presence":
        return _Presence(*(_PRESENCE.first(self.case.pk) or (False, False)))

    @property
    def is_as_on_file(self) -> bool:
        """Whether nothing was entered, saved or decided: the page then depends on the profile alone."""
        posted = self.form.is_bound or self.simulation or self.refusal or self.message
        return not posted and not self.form.entered and not any(self._presence)


class _Presence(NamedTuple):
    """What most cases have none of."""

    is_decided: bool
    has_scenarios: bool


_PRESENCE: Final = Prepared(
    lambda pk: (
        Case.objects.order_by()
        .filter(pk=pk)
        .values_list(
            Exists(Decision.objects.standing().filter(case=OuterRef("pk"))),
            Exists(Scenario.objects.order_by().filter(case=OuterRef("pk"))),
        )
    ),
    ANYTHING,
)


def simulation_page(case: Case, reader: User, scenario_key: str = "") -> SimulationPage:
    """Return the page with the values on file, or with those of the scenario of that key."""
    key = row_key(scenario_key)
    scenario = case.scenarios.filter(pk=key).first() if key is not None else None
    form = SimulationForm(None, case.profile.record, scenario.entered if scenario else None)
    return SimulationPage(case, reader, form)


def _control(form: SimulationForm, bound: BoundField, field: EditableField, credit: float) -> Control:
    editable, on_file = field.editable, field.on_file
    low, high = editable.low, editable.high
    if editable.name == DOWN_PAYMENT:
        high = min(high, MAX_DOWN_PAYMENT_SHARE * credit)
    elif editable.unit is Unit.MONEY and on_file:
        low, high = max(low, SLIDER_MIN_RATIO * on_file), min(high, SLIDER_MAX_RATIO * on_file)
    low, high = (editable.step * round(end / editable.step) for end in (low, max(low, high)))
    shown = formatting.shown_amount if editable.unit is Unit.MONEY else float
    return Control(
        field=bound,
        low=shown(low),
        high=shown(high),
        step=shown(editable.step),
        at=shown(on_file or low),
        derived=form.derived.get(bound.name, ""),
        is_entered=bound.name in form.entered,
    )


def _change(name: str, before: Value, after: Value) -> Change:
    raw_column = column("application", name)
    label = BY_NAME[name].label if name in BY_NAME else raw_column.label
    return Change(formatting.capitalized(label), *formatting.change_in_words(raw_column, before, after))
