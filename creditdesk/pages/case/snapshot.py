"""Snapshot of a case: one stored assessment, its explanation, and today's model on the same data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from creditdesk import services
from creditdesk.models import (
    Assessment,
    Case,
    CounterfactualSearch,
    Decision,
    Profile,
    ShownCounterfactual,
)
from creditdesk.models.assessment import Contribution
from creditdesk.monitoring.replay import Recomputation, recompute
from creditdesk.pages.case import client_profile
from creditdesk.pages.case.explanation import Explanation, explanation, registered_calibration
from creditdesk.pages.case.peer_comparison import PeerComparison, peer_comparison
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.missing_inputs import label_of
from creditdesk.pages.verdict_figures import VerdictFigures, verdict_figures
from creditdesk.reasons import text_for_the_desk
from creditdesk.services.counterfactual import confirmed_counterfactuals
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import ModelVersion


def assessed_profile(assessment: Assessment) -> Profile:
    """Return the profile that the model read, rebuilt from the stored inputs and never saved."""
    profile = Profile.of_inputs(assessment.application, assessment.history, assessment.history_rows)
    profile.digest = assessment.profile_digest
    return profile


@dataclass(frozen=True, slots=True)
class PastCounterfactuals:
    """What would have turned a refusal: as it was shown, or found now by the model of that day.

    `is_same`: a search with that model finds what is stored; None where there is nothing to compare.
    """

    changes: Sequence[ShownCounterfactual]
    was_shown: bool
    is_same: bool | None

    @property
    def state(self) -> Literal["new", "stored", "same", "different"]:
        if not self.was_shown:
            return "new"
        if self.is_same is None:
            return "stored"
        return "same" if self.is_same else "different"


@dataclass(eq=False)
class Snapshot:
    """A case as it was when it was assessed."""

    case: Case
    assessment: Assessment
    selection: Selection = field(default_factory=Selection)

    @cached_property
    def profile(self) -> Profile:
        return assessed_profile(self.assessment)

    @property
    def figures(self) -> VerdictFigures | None:
        """Probability and threshold of that day."""
        return verdict_figures(self.assessment.probability, self.assessment.threshold)

    @property
    def reasons(self) -> list[str]:
        """The stored ones, as the case page shows them."""
        return [text_for_the_desk(reason) for reason in self.assessment.shown_reasons]

    @property
    def missing_inputs(self) -> list[str]:
        return list(map(label_of, self.assessment.missing))

    def decisions(self) -> list[Decision]:
        return list(self.assessment.decisions.select_related("decided_by", "checked_by"))

    def sections(self) -> list[client_profile.Section]:
        return client_profile.sections(self.profile)

    def history_sections(self) -> list[client_profile.Section]:
        return client_profile.history_sections(self.profile)

    @property
    def has_changed(self) -> bool:
        """Whether the client's data differs today."""
        return self.case.profile.digest != self.assessment.profile_digest

    @property
    def newer_assessment(self) -> Assessment | None:
        """The latest assessment of the case, None where it is this one."""
        latest = self.case.latest_assessment
        return None if latest is None or latest.pk == self.assessment.pk else latest

    # ---- the model of that day

    @cached_property
    def _model(self) -> Model | str:
        """The model that assessed, read and checked anew; the reason why it cannot be, "" for none."""
        digest = self.assessment.model_digest
        if not digest:
            return ""
        try:
            return engine.load_version(ModelVersion.objects.get(digest=digest))
        except (ModelVersion.DoesNotExist, ModelUnavailable) as error:
            return str(error)

    @property
    def model(self) -> Model | None:
        return None if isinstance(self._model, str) else self._model

    @property
    def model_failure(self) -> str:
        return self._model if isinstance(self._model, str) else ""

    @cached_property
    def recomputation(self) -> Recomputation | None:
        """The assessment recomputed from its stored inputs; None without its model."""
        return recompute(self.model, self.assessment) if self.model else None

    @cached_property
    def contributions(self) -> Sequence[Contribution]:
        """The stored contributions; none where the version is not registered any more."""
        try:
            return self.assessment.feature_contributions()
        except ModelVersion.DoesNotExist:
            return []

    @cached_property
    def explanation(self) -> Explanation | None:
        """From the stored contributions: the folder of the model is not needed."""
        base = self.assessment.base_value
        if base is None or not self.contributions:
            return None
        model = self.model
        calibration = model.calibration if model else registered_calibration(self.assessment.model_digest)
        return explanation(self.contributions, base, calibration, None, log_odds=False)

    @cached_property
    def comparison(self) -> PeerComparison | None:
        """Compared with the clients whom the model of that day was trained on; None without it."""
        if self.model is None:
            return None
        return peer_comparison(
            self.model.manifest.population,
            self.profile.record,
            {item.feature.name: item.value for item in self.contributions},
            segment=self.selection.segment,
            feature="",
        )

    @cached_property
    def counterfactuals(self) -> PastCounterfactuals | None:
        """None where the model did not refuse, or nothing was searched and its model is gone."""
        if self.assessment.verdict != Assessment.Verdict.REFUSE:
            return None
        stored = CounterfactualSearch.objects.filter(assessment=self.assessment).first()
        assessment = self.assessment
        again = (
            confirmed_counterfactuals(self.model, assessment.record, assessment.policy, assessment.budget)
            if self.model
            else None
        )
        if stored is None:
            return None if again is None else PastCounterfactuals(again, False, None)
        is_same = None if again is None else list(map(_numbers, stored.shown)) == list(map(_numbers, again))
        return PastCounterfactuals(stored.shown, True, is_same)

    # ---- today's model

    @cached_property
    def today(self) -> services.ScoredProfile:
        """What the model and the policy in use say of the data of that day; stored nowhere."""
        return services.score(self.profile, case=self.case)

    @property
    def is_made_by_todays_rules(self) -> bool:
        made_by = services.RulesInUse(self.assessment.model_digest, self.assessment.policy_id)
        return made_by == services.rules_in_use()


def _numbers(counterfactual: ShownCounterfactual) -> object:
    """Its changes and its probability as they are stored, without the words of a dictionary's edition."""
    stored = json.loads(json.dumps(counterfactual.to_json()))
    return {name: value for name, value in stored.items() if not name.startswith("text_")}
