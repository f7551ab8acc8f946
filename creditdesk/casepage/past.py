"""A case as it was when it was assessed."""

from creditdesk.models import Assessment, Profile


def profile_then(assessment: Assessment) -> Profile:
    """The profile that the model read, from what the assessment kept of it; never saved."""
    inputs = assessment.inputs
    return Profile(
        application=inputs["application"],
        history=inputs["history"],
        history_rows=inputs["history_rows"],
        digest=assessment.profile_digest,
    )
