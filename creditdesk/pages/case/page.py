"""Case page of one case; each part is computed when the template reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from creditdesk.cases.team import who_sees
from creditdesk.forms.decision import CheckForm, DecisionForm, NoteForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.pages.case import client_profile
from creditdesk.pages.case.casework import Casework
from creditdesk.pages.case.peer_comparison import PeerComparison, peer_comparison
from creditdesk.pages.case.person import WithPerson
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.similar_clients import SimilarClientsSummary, similar_clients
from creditdesk.pages.case.tabs import Tab, tabs
from creditdesk.pages.case.verdict import WithVerdict
from creditdesk.pages.simulation.page import SimulationPage, simulation_page
from scoring.presentation import formatting


@dataclass(eq=False)
class CasePage(WithVerdict, WithPerson):
    """`message` reports an act that was done, `refusal` the reason why one was not."""

    case: Case
    assessment: Assessment | None
    reader: User
    tab: str = ""
    selection: Selection = field(default_factory=Selection)
    forms: PostedForms = field(default_factory=PostedForms)
    posted_simulation: SimulationPage | None = None
    message: str = ""
    refusal: str = ""

    def __post_init__(self) -> None:
        self.keep_verdict()

    @property
    def tabs(self) -> list[Tab]:
        return tabs(self.tab, is_blind=self.is_blind)

    # ---- the assessment

    @cached_property
    def similar_clients(self) -> SimilarClientsSummary | None:
        if self.assessing_model is None or self.assessment is None:
            return None
        return similar_clients(self.assessing_model, self.assessment)

    # ---- the client

    @cached_property
    def comparison(self) -> PeerComparison | None:
        if self.model is None:
            return None
        return peer_comparison(
            self.model.manifest.population,
            self.case.profile.record,
            self.assessment.feature_values() if self.assessment else {},
            segment=self.selection.segment,
            feature=self.selection.feature,
        )

    @property
    def feature_address(self) -> str:
        """The address of the comparison as it stands; the name of a feature to draw is appended."""
        segment = self.comparison.segment.key if self.comparison else ""
        address = reverse("case_compare", args=[self.case.reference])
        return f"{address}?{urlencode({'segment': segment})}&feature="

    @cached_property
    def headline(self) -> list[client_profile.Line]:
        return client_profile.headline(self.case.profile)

    @property
    def head_key(self) -> tuple[object, ...]:
        """What the head of the page depends on, besides `head_texts`."""
        return (
            bool(self.case.client.name),
            tuple(line.is_missing for line in self.headline),
            self.casework.is_open,
            self.casework.is_late,
            self.other_cases_count > 0,
        )

    @property
    def head_texts(self) -> Mapping[str, str]:
        """What the head of the page says of this case alone."""
        credit, instalment, income = self.headline
        return {
            "name": self.case.client.name,
            "reference": self.case.reference,
            "credit": credit.value,
            "instalment": instalment.value,
            "income": income.value,
            "due": self.case.due_on.isoformat(),
            "due_day": formatting.written_date(self.case.due_on, "DATE_FORMAT"),
            "other_cases": str(self.other_cases_count),
        }

    @property
    def likely_term(self) -> client_profile.Line:
        return client_profile.likely_term(self.case.profile)

    def profile_sections(self) -> list[client_profile.Section]:
        return client_profile.sections(self.case.profile)

    def history_sections(self) -> list[client_profile.Section]:
        return client_profile.history_sections(self.case.profile)

    def all_values(self) -> list[client_profile.Section]:
        return client_profile.all_values(self.case.profile)

    # ---- the simulation

    @cached_property
    def simulation(self) -> SimulationPage:
        return self.posted_simulation or simulation_page(self.case, self.reader, self.selection.scenario)

    # ---- the decision and the casework around it

    @cached_property
    def standing_decision(self) -> Decision | None:
        """The decision that closes the case, or the one that waits for a second person."""
        decisions = (event.record for event in self.acts if event.kind == "decision")
        return next((item for item in decisions if isinstance(item, Decision) and item.is_standing), None)

    @cached_property
    def may_decide(self) -> bool:
        if self.assessment is None or not self.casework.is_open or self.casework.is_claimed_by_colleague:
            return False
        if self.casework.is_passed_on or self.casework.is_with_manager:
            return False
        return self.reader.has_perm("creditdesk.decide_case")

    @property
    def may_agree(self) -> bool:
        """Whether one act follows the verdict: a case that waits for whoever takes it is referred already."""
        is_refer = self.assessment is not None and self.assessment.verdict == Assessment.Verdict.REFER
        return not (is_refer and self.casework.is_with_everybody)

    @property
    def empty_form_key(self) -> tuple[object, ...]:
        """What the empty form of a decision depends on, besides the case and its assessment themselves."""
        assessment = self.assessment
        verdict = (assessment.verdict, bool(assessment.model_version)) if assessment else ()
        needs_second = self.accepting_needs_second_person
        limit = self.second_person_above if needs_second else None
        choices = self.may_agree, self.people, self.teams, self.reader.pk
        return verdict, needs_second, self.is_unaffordable, limit, *choices

    @cached_property
    def decision_form(self) -> DecisionForm | None:
        if self.assessment is None or not self.may_decide:
            return None
        return self.forms.decision or DecisionForm(
            case=self.case, assessment=self.assessment, reader=self.reader
        )

    @cached_property
    def check_form(self) -> CheckForm | None:
        standing = self.standing_decision
        if standing is None or standing.status != Decision.Status.PROPOSED or not self.may_check:
            return None
        return self.forms.check or CheckForm(initial={"decision": standing.pk})

    @property
    def may_check(self) -> bool:
        standing = self.standing_decision
        is_own = standing is not None and standing.decided_by_id == self.reader.pk
        return self.reader.has_perm("creditdesk.check_decision") and not is_own

    @cached_property
    def casework(self) -> Casework:
        return Casework(self.case, self.reader, self.standing_decision, self.acts, self.forms)

    # ---- the timeline

    @cached_property
    def people_to_mention(self) -> list[User]:
        return [person for person in who_sees(self.case) if person != self.reader]

    @cached_property
    def note_form(self) -> NoteForm:
        return self.forms.note or NoteForm()
