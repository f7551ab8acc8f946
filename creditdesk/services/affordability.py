"""Affordability of a client's budget under the rule of the policy."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.prepared_queries import ANYTHING, Prepared
from creditdesk.cases.budgets import judged_budget
from creditdesk.models import Case, DeclaredCharges
from scoring.ml.model.affordability import RULES, Affordability
from scoring.models import Policy


def declared_charges(case: Case) -> DeclaredCharges | None:
    """What was declared last."""
    charges: DeclaredCharges | None = DeclaredCharges.objects.filter(case=case).order_by("-pk").first()
    return charges


def affordability_of(
    policy: Policy | None,
    case: Case | None,
    record: Mapping[str, Any],
    charges: Mapping[str, float] | None = None,
) -> Affordability | None:
    """The budget of a client's record under the rule of the policy; None where it has none.

    `charges` were sent along with an application; those of a case are the ones declared last.
    """
    if policy is None or not policy.affordability_rule:
        return None
    rule = RULES[policy.affordability_rule]
    if charges is None and case and (declared := declared_charges(case)):
        charges = declared.amounts
    return judged_budget(rule, record, charges or {})


_NEWEST: Final = Prepared(
    lambda case: DeclaredCharges.objects.filter(case=case).order_by("-pk").values_list("amounts"), ANYTHING
)


def judges_charges_on_file(case_key: int, judged: Affordability | None) -> bool:
    """Whether a budget is of the charges that were declared last; one that no rule judged is."""
    if judged is None:
        return True
    newest = _NEWEST.first(case_key)
    return judged.budget.holds(newest[0] if newest else {})


def of_earlier_charges(judged: Mapping[int, Affordability | None]) -> set[int]:
    """Keys of those cases whose budget is of other charges than those that were declared last."""
    budgets = {case_key: of.budget for case_key, of in judged.items() if of}
    if not budgets:
        return set()
    rows = DeclaredCharges.objects.filter(case__in=budgets).order_by("pk")
    newest: dict[int, dict[str, float]] = dict(rows.values_list("case", "amounts"))
    return {case_key for case_key, budget in budgets.items() if not budget.holds(newest.get(case_key, {}))}
