"""A case as it was when it was assessed."""

from dataclasses import dataclass
from functools import cached_property

from creditdesk.models import Assessment, Case, Decision, Profile
from creditdesk.pages.case import client_profile
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting


def profile_then(assessment: Assessment) -> Profile:
    """The profile that the model read, from what the assessment kept of it; never saved."""
    inputs = assessment.inputs
    return Profile(
        application=inputs.get("application", {}),
        history=inputs.get("history", {}),
        history_rows=inputs.get("history_rows", {}),
        digest=assessment.profile_digest,
    )


@dataclass(eq=False)
class Past:
    """One stored assessment and what people decided on it."""

    case: Case
    assessment: Assessment

    @cached_property
    def profile(self) -> Profile:
        return profile_then(self.assessment)

    @property
    def figures(self) -> tuple[str, str] | None:
        """Probability and threshold of the day, in words."""
        one = self.assessment
        if one.probability is None or one.threshold is None:
            return None
        return formatting.percents_apart(one.probability, one.threshold)

    @property
    def reasons(self) -> list[str]:
        """Word for word as they were shown."""
        language = "fr" if formatting.reads_french() else "en"
        return [reason.text(language) for reason in self.assessment.shown_reasons]

    @property
    def missing_inputs(self) -> list[str]:
        return [formatting.localize(column("application", name).label) for name in self.assessment.missing]

    def decisions(self) -> list[Decision]:
        return list(self.assessment.decisions.select_related("decided_by", "checked_by"))

    def sections(self) -> list[client_profile.Section]:
        return [*client_profile.sections(self.profile), *client_profile.histories(self.profile)]

    @property
    def has_changed(self) -> bool:
        """Whether the client's data today is other than it was."""
        return self.case.profile.digest != self.assessment.profile_digest

    @property
    def newest(self) -> Assessment | None:
        """The newest assessment of the case, where it is another one."""
        latest = self.case.latest_assessment
        return None if latest is None or latest.pk == self.assessment.pk else latest
