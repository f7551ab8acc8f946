"""Everything that a case page can show of one case; each part is worked out when a template asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk import services
from creditdesk.forms.decision import CheckForm, DecisionForm, NoteForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.models.assessment import Contribution
from creditdesk.pages import svg_geometry
from creditdesk.pages.case import client_profile, reasons
from creditdesk.pages.case.casework import Work
from creditdesk.pages.case.explanation import Explanation, Unfolded, calibration_of, explanation, unfolded
from creditdesk.pages.case.peer_comparison import Comparison, comparison
from creditdesk.pages.case.reason_stability import Stability, stability
from creditdesk.pages.case.similar_clients import Similar, similar
from creditdesk.pages.case.timeline import Event, timeline
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.tables.catalogue import column
from scoring.models import ModelVersion
from scoring.presentation import formatting

VERDICT_WORDS = {"accept": _("Accept"), "refuse": _("Refuse"), "refer": _("Refer")}


def stands(decision: Decision) -> bool:
    """As `DecisionQuerySet.standing`, for rows that the timeline has read already."""
    ended = {Decision.Status.REJECTED, Decision.Status.REPLACED}
    return decision.outcome != Decision.Outcome.REFER and decision.status not in ended


@dataclass(eq=False)
class CasePage:
    """`asked` are the choices in the address; `forms` replaces a form by the one that was posted and not
    accepted; `told` says what was done, `refusal` why nothing was."""

    case: Case
    assessment: Assessment | None
    reader: User
    asked: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, Any] = field(default_factory=dict)
    told: str = ""
    refusal: str = ""

    # ---- the verdict

    @property
    def verdict_word(self) -> str:
        return str(VERDICT_WORDS[self.assessment.verdict]) if self.assessment else ""

    @cached_property
    def model(self) -> Model | None:
        """The one in use."""
        try:
            return engine.current()
        except ModelUnavailable:
            return None

    @property
    def is_outdated(self) -> bool:
        """Shown although the model or the profile has changed since."""
        now = (self.case.profile.digest, self.model.digest if self.model else "")
        one = self.assessment
        return one is not None and (one.profile_digest, one.model_digest) != now

    @property
    def is_demo(self) -> bool:
        """Whether a demo model answered, perhaps one that is no longer in use."""
        digest = self.assessment.model_digest if self.assessment else ""
        if self.model and self.model.digest == digest:
            return self.model.is_demo
        return ModelVersion.objects.filter(digest=digest, is_demo=True).exists()

    @cached_property
    def figures(self) -> tuple[str, str] | None:
        """Probability and threshold in words, told apart even where they are close."""
        one = self.assessment
        if one is None or one.probability is None or one.threshold is None:
            return None
        return formatting.percents_apart(one.probability, one.threshold)

    @cached_property
    def scale(self) -> svg_geometry.Scale | None:
        one = self.assessment
        if one is None or one.probability is None or one.threshold is None:
            return None
        return svg_geometry.probability_scale(one.probability, one.threshold)

    @property
    def missing_inputs(self) -> list[str]:
        names = self.assessment.missing if self.assessment else []
        return [formatting.localize(column("application", name).label) for name in names]

    # ---- the reasons

    @cached_property
    def shown_reasons(self) -> list[reasons.Told]:
        return reasons.told(self.assessment) if self.assessment else []

    @cached_property
    def contributions(self) -> Sequence[Contribution]:
        return self.assessment.explained() if self.assessment else []

    @cached_property
    def own_model(self) -> Model | None:
        """The model in use, where it is the one that assessed."""
        digest = self.assessment.model_digest if self.assessment else ""
        return self.model if self.model and self.model.digest == digest else None

    @property
    def explainer(self) -> ExplainerData | None:
        return self.own_model.explainer if self.own_model else None

    @cached_property
    def explanation(self) -> Explanation | None:
        one = self.assessment
        if one is None or not self.contributions or one.base_value is None:
            return None
        calibration = self.own_model.calibration if self.own_model else calibration_of(one.model_digest)
        in_log_odds = self.asked.get("unit") == "log-odds"
        return explanation(
            self.contributions, one.base_value, calibration, self.explainer, log_odds=in_log_odds
        )

    @property
    def unfolded_group(self) -> str:
        code = self.asked.get("group", "")
        return code if code in catalogue.GROUPS else ""

    @property
    def explains(self) -> bool:
        """Whether the address asks for the explanation, which otherwise follows after the page."""
        return bool(self.unfolded_group or self.asked.get("unit")) or self.asked.get("show") in {
            "explanation",
            "reasons",
        }

    def unfolded(self) -> list[Unfolded]:
        return unfolded(self.unfolded_group, self.contributions, self.explainer, self.history_rows)

    def every_reason(self) -> list[reasons.Effect]:
        return reasons.effects(self.contributions, self.history_rows)

    @cached_property
    def stability(self) -> Stability | None:
        if self.own_model is None or self.assessment is None:
            return None
        return stability(self.own_model, self.assessment, engine.challenger())

    @cached_property
    def similar(self) -> Similar | None:
        if self.own_model is None or self.assessment is None:
            return None
        return similar(self.own_model, self.assessment)

    @property
    def history_rows(self) -> Mapping[str, int]:
        rows: Mapping[str, int] = self.case.profile.history_rows
        return rows

    # ---- the client

    @cached_property
    def comparison(self) -> Comparison | None:
        if self.model is None:
            return None
        values = {item.feature.name: item.value for item in self.contributions}
        facts, application = self.model.facts["population"], self.case.profile.application
        return comparison(facts, application, values, self.asked)

    @property
    def compares(self) -> bool:
        """Whether the address asks for the comparison, which otherwise follows after the page."""
        return self.asked.get("show") == "comparison" or bool(
            self.asked.get("segment") or self.asked.get("feature")
        )

    @property
    def choose_feature(self) -> str:
        """The address of the comparison as it stands, but for the feature that is drawn."""
        segment = self.comparison.chosen.key if self.comparison else ""
        return f"{self.case.get_absolute_url()}?{urlencode({'segment': segment})}&feature="

    @property
    def request_facts(self) -> list[client_profile.Line]:
        return client_profile.request_facts(self.case.profile)

    def sections(self) -> list[client_profile.Section]:
        return client_profile.sections(self.case.profile)

    def histories(self) -> list[client_profile.Section]:
        return client_profile.histories(self.case.profile)

    def every_value(self) -> list[client_profile.Section]:
        return client_profile.every_value(self.case.profile)

    # ---- the decision

    @cached_property
    def standing(self) -> Decision | None:
        """The decision that closes the case, or the one that waits for a second person."""
        rows = (
            event.what
            for event in self.events
            if event.kind == "decision" and event.reference == self.case.reference
        )
        return next((row for row in rows if isinstance(row, Decision) and stands(row)), None)

    @cached_property
    def decision_form(self) -> DecisionForm | None:
        may = self.reader.has_perm("creditdesk.decide_case") and self.assessment and not self.standing
        if not may or self.assessment is None or self.work.is_anothers_claim:
            return None
        return self.forms.get("decision") or DecisionForm(case=self.case, assessment=self.assessment)

    @cached_property
    def check_form(self) -> CheckForm | None:
        standing = self.standing
        if standing is None or standing.status != Decision.Status.PROPOSED or not self.may_check:
            return None
        return self.forms.get("check") or CheckForm(initial={"decision": standing.pk})

    @property
    def may_check(self) -> bool:
        own = self.standing is not None and self.standing.decided_by_id == self.reader.pk
        return self.reader.has_perm("creditdesk.check_decision") and not own

    @property
    def accepting_needs_second_person(self) -> bool:
        if self.assessment is None:
            return False
        accept = Decision.Outcome.ACCEPT
        return services.needs_second_person(self.case.amount_credit, self.assessment.verdict, accept)

    @property
    def second_person_above(self) -> float:
        return float(settings.SECOND_PERSON_ABOVE)

    @cached_property
    def work(self) -> Work:
        return Work(self.case, self.reader, self.standing, self.events, self.forms)

    # ---- what happened

    @cached_property
    def events(self) -> list[Event]:
        return timeline(self.case, self.reader)

    @cached_property
    def note_form(self) -> NoteForm:
        return self.forms.get("note") or NoteForm()
