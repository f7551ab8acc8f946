"""Case page of one case; each part is computed when the template reads it."""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk import services
from creditdesk.cases.team import who_sees
from creditdesk.forms.decision import CheckForm, DecisionForm, NoteForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.pages import svg_geometry
from creditdesk.pages.case import client_profile
from creditdesk.pages.case.budget import WithPolicy
from creditdesk.pages.case.casework import Casework
from creditdesk.pages.case.explained import WithExplanation
from creditdesk.pages.case.opinion import WithOpinion
from creditdesk.pages.case.peer_comparison import PeerComparison, peer_comparison
from creditdesk.pages.case.person import WithPerson
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.similar_clients import SimilarClientsSummary, similar_clients
from creditdesk.pages.case.tabs import Tab, tabs
from creditdesk.pages.missing_inputs import MissingInputs, missing_inputs
from creditdesk.pages.simulation.page import SimulationPage, simulation_page
from creditdesk.pages.verdict_figures import VerdictFigures, verdict_figures
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import ModelVersion

VERDICT_LABELS = {"accept": _("Accept"), "refuse": _("Refuse"), "refer": _("Refer")}


@dataclass(eq=False)
class CasePage(WithPolicy, WithPerson, WithOpinion, WithExplanation):
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

    # ---- the verdict

    @property
    def verdict_label(self) -> str:
        return str(VERDICT_LABELS[self.assessment.verdict]) if self.assessment else ""

    @cached_property
    def model(self) -> Model | None:
        """The model in use."""
        try:
            return engine.current()
        except ModelUnavailable:
            return None

    @property
    def is_outdated(self) -> bool:
        """Whether the model, the policy or the profile has changed since the assessment."""
        if self.assessment is None:
            return False
        return not services.still_holds(self.assessment, self.case.profile.digest)

    @property
    def is_demo(self) -> bool:
        """Whether a demo model answered, perhaps one that is no longer in use."""
        digest = self.assessment.model_digest if self.assessment else ""
        if self.model and self.model.digest == digest:
            return self.model.is_demo
        return ModelVersion.objects.filter(digest=digest, is_demo=True).exists()

    @cached_property
    def figures(self) -> VerdictFigures | None:
        if self.assessment is None:
            return None
        return verdict_figures(self.assessment.probability, self.assessment.threshold)

    @cached_property
    def scale(self) -> svg_geometry.Scale | None:
        assessment = self.assessment
        if assessment is None or assessment.probability is None or assessment.threshold is None:
            return None
        accept_below = assessment.policy.accept_below if assessment.policy else None
        return svg_geometry.probability_scale(assessment.probability, assessment.threshold, accept_below)

    @cached_property
    def last_scored(self) -> Assessment | None:
        """The newest assessment that a model answered, where none answered this one."""
        if self.assessment is None or self.assessment.probability is not None:
            return None
        return self.case.assessments.filter(probability__isnull=False).order_by("-pk").first()

    @cached_property
    def missing_inputs(self) -> MissingInputs | None:
        return missing_inputs(self.assessment)

    @property
    def tab_key(self) -> tuple[object, ...]:
        """What a tab about the assessment depends on, besides the language and what was selected."""
        model = self.model.digest if self.model else ""
        assessment = self.assessment.pk if self.assessment else None
        return self.case.reference, assessment, self.case.profile.digest, model

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

    @property
    def headline(self) -> list[client_profile.Line]:
        return client_profile.headline(self.case.profile)

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
        if self.casework.is_passed_on:
            return False
        return self.reader.has_perm("creditdesk.decide_case")

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
