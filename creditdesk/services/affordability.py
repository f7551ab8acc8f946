"""Affordability of a client's budget under the rule of the policy."""

from collections.abc import Mapping
from typing import Any, Final

from creditdesk.models import Case, DeclaredCharges
from scoring.ml.model.affordability import RULES, Affordability, Budget, affordability
from scoring.models import Policy
from scoring.presentation import formatting

# Instalments of active loans at other lenders, and of running loans with the bank.
LOANS_REPORTED: Final = "BURO_ACTIVE_AMT_ANNUITY_sum"
LOANS_HERE: Final = "PREV_RUNNING_AMT_ANNUITY_sum"


def declared_charges(case: Case) -> DeclaredCharges | None:
    """What was declared last."""
    charges: DeclaredCharges | None = DeclaredCharges.objects.filter(case=case).order_by("-pk").first()
    return charges


def affordability_of(
    policy: Policy | None, case: Case | None, record: Mapping[str, Any]
) -> Affordability | None:
    """The budget of a client's record under the rule of the policy; None where it has none.

    An application without a case has no declared charges.
    """
    if policy is None or not policy.affordability_rule:
        return None
    rule = RULES[policy.affordability_rule]
    charges = declared_charges(case) if case else None
    return affordability(
        rule.code,
        budget_of(record, charges.amounts if charges else {}),
        max_debt_ratio=rule.max_debt_ratio,
        min_left_per_member=formatting.stored_amount(rule.min_left_per_member),
    )


def budget_of(record: Mapping[str, Any], declared: Mapping[str, float]) -> Budget:
    """The monthly budget of a record; the household as declared, else as the application has it."""
    return Budget(
        income=_number(record.get("AMT_INCOME_TOTAL")),
        instalment=_number(record.get("AMT_ANNUITY")),
        members=declared.get("members") or _number(record.get("CNT_FAM_MEMBERS")),
        housing=declared.get("housing"),
        loans=declared.get("loans"),
        other=declared.get("other"),
        loans_reported=_number(record.get(LOANS_REPORTED)) or 0.0,
        loans_here=_number(record.get(LOANS_HERE)) or 0.0,
    )


def _number(value: Any) -> float | None:
    # NaN is the one value that differs from itself.
    return None if value is None or value != value else float(value)
