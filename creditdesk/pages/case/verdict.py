"""The verdict on a case page, and what the panels of two verdicts differ by."""

from collections.abc import Mapping
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creditdesk import services
from creditdesk.models import Assessment
from creditdesk.pages import svg_geometry
from creditdesk.pages.case.budget import WithPolicy
from creditdesk.pages.case.explained import WithExplanation
from creditdesk.pages.case.opinion import WithOpinion
from creditdesk.pages.missing_inputs import MissingInputs, missing_inputs
from creditdesk.pages.verdict_figures import VerdictFigures, verdict_figures
from creditdesk.services.refusal import name_of
from scoring import engine
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import ModelVersion
from scoring.presentation import formatting

VERDICT_LABELS = {"accept": _("Accept"), "refuse": _("Refuse"), "refer": _("Refer")}


class WithVerdict(WithPolicy, WithOpinion, WithExplanation):
    """What a case page shows of the newest assessment before a tab opens."""

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

    @cached_property
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

    @property
    def verdict_key(self) -> tuple[object, ...]:
        """What the panel of a verdict depends on, besides `verdict_texts` and the role of the reader.

        Of a referral, which says what is missing or not known, that is the assessment itself.
        """
        assessment = self.assessment
        if assessment is None:
            return ()
        budget = self.budget
        shape = (
            assessment.verdict,
            assessment.model_version,
            assessment.model_digest,
            assessment.threshold,
            assessment.policy_id,
            self.is_outdated,
            self.expected_loss is None,
            self.figures is None,
            budget and (budget.outcome, budget.judged is None or budget.judged.debt_ratio is None),
            budget and tuple(budget.missing),
        )
        if assessment.verdict != Assessment.Verdict.REFER:
            return shape
        in_force = self.policy.pk if self.policy else None
        return *shape, self.tab_key, in_force, self.casework.may_correct

    @property
    def verdict_texts(self) -> Mapping[str, str]:
        """What the panel of a verdict says of this case alone."""
        assessment = self.assessment
        if assessment is None:
            return {}
        assessed_by = assessment.assessed_by
        texts = {
            "reference": self.case.reference,
            "when": formatting.written_date(timezone.localtime(assessment.assessed_at), "DATETIME_FORMAT"),
            "who": gettext("the system") if assessed_by is None else name_of(assessed_by),
        }
        if self.figures and self.scale:
            texts |= {
                "probability": self.figures.probability,
                "threshold": self.figures.threshold,
                "exact_probability": repr(assessment.probability),
                "probability_x": f"{self.scale.probability.x:.2f}%",
            }
        if loss := self.expected_loss:
            texts |= {
                "loss": formatting.money(loss.amount),
                "exact_loss": repr(loss.amount),
                "lgd": formatting.percent(loss.lgd, 0),
                "owed": formatting.money(loss.ead),
            }
        judged = self.budget.judged if self.budget else None
        if judged and judged.debt_ratio is not None:
            left = judged.left_per_member
            texts |= {
                "share": formatting.percent(judged.debt_ratio, 0),
                "left": "–" if left is None else formatting.money(left),
            }
        return texts
