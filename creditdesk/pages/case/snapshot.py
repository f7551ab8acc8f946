"""Snapshot of a case: one stored assessment, its inputs, and the decisions on it."""

from dataclasses import dataclass
from functools import cached_property

from creditdesk.models import Assessment, Case, Decision, Profile
from creditdesk.pages.case import client_profile
from creditdesk.pages.missing_inputs import label_of
from creditdesk.pages.verdict_figures import VerdictFigures, verdict_figures
from creditdesk.reasons import text_for_the_desk


def assessed_profile(assessment: Assessment) -> Profile:
    """Return the profile that the model read, rebuilt from the stored inputs and never saved."""
    profile = Profile.of_inputs(assessment.application, assessment.history, assessment.history_rows)
    profile.digest = assessment.profile_digest
    return profile


@dataclass(eq=False)
class Snapshot:
    """A case as it was when it was assessed."""

    case: Case
    assessment: Assessment

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
        return [*client_profile.sections(self.profile), *client_profile.history_sections(self.profile)]

    @property
    def has_changed(self) -> bool:
        """Whether the client's data differs today."""
        return self.case.profile.digest != self.assessment.profile_digest

    @property
    def newer_assessment(self) -> Assessment | None:
        """The latest assessment of the case, None where it is this one."""
        latest = self.case.latest_assessment
        return None if latest is None or latest.pk == self.assessment.pk else latest
