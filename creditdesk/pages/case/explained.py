"""Reasons and explanation on a case page: of the assessment, by the model that made it."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from creditdesk.models import Assessment, Case
from creditdesk.models.assessment import Contribution
from creditdesk.pages.case.explanation import (
    Explanation,
    FeatureRow,
    explanation,
    feature_rows,
    registered_calibration,
)
from creditdesk.pages.case.reason_stability import Stability, stability
from creditdesk.pages.case.reasons import FeatureEffect, ReasonItem, feature_effects, reason_items
from creditdesk.pages.case.selection import Selection
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.model import Model


class WithExplanation:
    """What a case page shows of the effects behind the probability, and what these depend on."""

    case: Case
    assessment: Assessment | None
    selection: Selection

    @cached_property
    def model(self) -> Model | None:
        raise NotImplementedError

    @cached_property
    def reasons(self) -> list[ReasonItem]:
        return reason_items(self.assessment) if self.assessment else []

    @property
    def reasons_speak_for(self) -> str:
        """What the reasons push towards: the verdict of the score, which a budget may have made refer."""
        verdict = self.assessment.verdict if self.assessment else ""
        return self.reasons[0].direction if self.reasons else verdict

    @cached_property
    def contributions(self) -> Sequence[Contribution]:
        return self.assessment.feature_contributions() if self.assessment else []

    @cached_property
    def assessing_model(self) -> Model | None:
        """The model in use, where it is the one that assessed."""
        digest = self.assessment.model_digest if self.assessment else ""
        return self.model if self.model and self.model.digest == digest else None

    @property
    def explainer(self) -> ExplainerData | None:
        return self.assessing_model.explainer if self.assessing_model else None

    @cached_property
    def calibration(self) -> Calibration | None:
        """The calibration of the model that assessed."""
        if self.assessing_model:
            return self.assessing_model.calibration
        digest = self.assessment.model_digest if self.assessment else ""
        return registered_calibration(digest) if digest else None

    @cached_property
    def explanation(self) -> Explanation | None:
        assessment = self.assessment
        if assessment is None or not self.contributions or assessment.base_value is None:
            return None
        return explanation(
            self.contributions,
            assessment.base_value,
            self.calibration,
            self.explainer,
            log_odds=self.shows_log_odds,
        )

    @property
    def expanded_group(self) -> str:
        """The group whose features are listed, "" for none."""
        return self.selection.group if self.selection.group in catalogue.GROUPS else ""

    @property
    def lists_features(self) -> bool:
        return self.selection.show == "reasons"

    @property
    def shows_log_odds(self) -> bool:
        """Whether the address selects log-odds, or a part that is counted in them."""
        return self.selection.unit == "log-odds" or bool(self.expanded_group) or self.lists_features

    @property
    def explanation_key(self) -> str:
        """What the explanation depends on besides assessment, model and language."""
        has_points = self.calibration is not None
        return f"{self.shows_log_odds}:{self.expanded_group}:{self.lists_features}:{has_points}"

    def expanded_features(self) -> list[FeatureRow]:
        return feature_rows(self.expanded_group, self.contributions, self.explainer, self.history_rows)

    def feature_effects(self) -> list[FeatureEffect]:
        return feature_effects(self.contributions, self.history_rows)

    @cached_property
    def stability(self) -> Stability | None:
        if self.assessing_model is None or self.assessment is None:
            return None
        return stability(self.assessing_model, self.assessment, self.challenger)

    @cached_property
    def challenger(self) -> Model | None:
        """The model that scores in the shadow, if any."""
        return engine.challenger()

    @property
    def history_rows(self) -> Mapping[str, int]:
        rows: Mapping[str, int] = self.case.profile.history_rows
        return rows
