"""Cases with a verdict or a decision, without asking a model: for what only reads them."""

from creditdesk.models import Assessment, Case, Decision


def assessed(case: Case, probability: float | None = 0.05, verdict: str = "accept") -> Case:
    case.latest_assessment = Assessment.objects.create(
        case=case,
        profile_digest="0" * 64,
        inputs={},
        probability=probability,
        threshold=None if probability is None else 0.09,
        verdict=verdict,
        refer_reason="the income is missing" if verdict == "refer" else "",
    )
    case.save()
    return case


def decided(case: Case, outcome: str = "accept", status: str = "final", override: bool = False) -> Case:
    """That decision on the newest assessment, which is made when there is none."""
    if case.latest_assessment is None:
        assessed(case)
    assert case.latest_assessment
    Decision.objects.create(
        case=case,
        assessment=case.latest_assessment,
        outcome=outcome,
        status=status,
        is_override=override,
        reason_code="income" if override else "",
        reason="Three payslips were checked" if override else "",
        decided_by=case.advisor,
    )
    return case
