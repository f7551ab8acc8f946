"""Budgets under a rule of affordability, of a client's record and the charges that were declared."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from creditdesk.models import Assessment, DeclaredCharges
from scoring.ml.model.affordability import RULES, Affordability, AffordabilityRule, Budget, affordability
from scoring.presentation import formatting

NEWEST_RULE: Final = list(RULES.values())[-1]


def judged_budget(
    rule: AffordabilityRule, record: Mapping[str, Any], declared: Mapping[str, float]
) -> Affordability:
    """The budget under this rule; `declared` is empty where nothing was."""
    return affordability(
        rule.code,
        Budget.of_record(record, declared),
        max_debt_ratio=rule.max_debt_ratio,
        min_left_per_member=formatting.stored_amount(rule.min_left_per_member),
    )


def outcomes_without_rule(first_key: int) -> Iterator[tuple[int, str]]:
    """Key of each newest assessment, from `first_key` on, that no rule judged though charges are on file,
    with its outcome under the newest rule."""
    unjudged = DeclaredCharges.objects.filter(
        case__latest_assessment__gte=first_key, case__latest_assessment__affordability_outcome=None
    )
    newest: dict[int, dict[str, float]] = dict(
        unjudged.order_by("pk").values_list("case__latest_assessment", "amounts")
    )
    inputs = Assessment.objects.order_by().only("inputs", "packed_inputs").in_bulk(newest)
    for key, assessment in inputs.items():
        yield key, judged_budget(NEWEST_RULE, assessment.record, newest[key]).outcome.value
