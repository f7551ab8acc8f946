"""The terms of a policy in words, beside those in force."""

from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext

from creditdesk.services.policy import PolicyTerms
from scoring import engine, policies
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import FOLD_MEAN, ThresholdOption, threshold_options
from scoring.models import Policy
from scoring.presentation import formatting

LABELS = dict(Policy.ThresholdRule.choices)
AFFORDABILITY_LABELS = dict(Policy.AffordabilityRule.choices)


@dataclass(frozen=True, slots=True)
class Line:
    """One term: its name and its value in words; `before` is the value that it replaces, "" for the same."""

    name: str
    value: str
    before: str = ""


def model_in_use() -> Model | None:
    """The version in use, suspended or not."""
    try:
        return engine.in_use()
    except ModelUnavailable:
        return None


def terms_in_force(model: Model | None, policy: Policy | None) -> PolicyTerms | None:
    """The terms in force; before the first policy those of the version, None without either."""
    if policy:
        return PolicyTerms(
            **{name: getattr(policy, name) for name in PolicyTerms.__dataclass_fields__},
        )
    if model is None:
        return None
    return PolicyTerms(
        cost_fn=model.manifest.costs.fn,
        cost_fp=model.manifest.costs.fp,
        threshold_rule=FOLD_MEAN,
        accept_below=model.threshold,
        refuse_from=model.threshold,
        second_person_above=policies.second_person_above(None),
    )


def policy_name(policy: Policy) -> str:
    if policy.version is None:
        return gettext("Proposed policy")
    return gettext("Policy %(version)s") % {"version": policy.version}


def lines(terms: PolicyTerms | Policy) -> list[Line]:
    """The terms in words."""
    low, high = (formatting.percent(bound, 2) for bound in (terms.accept_below, terms.refuse_from))
    band = f"{low} – {high}" if terms.refuse_from > terms.accept_below else gettext("none")
    return [
        Line(gettext("Cost of an accepted default"), _ratio(terms)),
        Line(gettext("Threshold rule"), str(LABELS[terms.threshold_rule])),
        Line(gettext("Accept below"), low),
        Line(gettext("Refuse from"), high),
        Line(gettext("Refer band"), band),
        Line(gettext("Second person above"), formatting.money(float(terms.second_person_above))),
        Line(gettext("Affordability rule"), str(AFFORDABILITY_LABELS[terms.affordability_rule])),
    ]


def lines_of(policy: Policy) -> list[Line]:
    """The terms of a policy in words, each beside that of the policy that it was compared with."""
    before = cast("Policy | None", policy.based_on)
    if before is None:
        return lines(policy)
    pairs = zip(lines(policy), lines(before), strict=True)
    return [Line(new.name, new.value, "" if new == old else old.value) for new, old in pairs]


def rules_side_by_side(model: Model | None, costs: Costs) -> list[ThresholdOption]:
    """Every rule at these costs, as the version in use measured it."""
    return threshold_options(model.manifest, costs) if model else []


def _ratio(terms: PolicyTerms | Policy) -> str:
    return gettext("%(ratio)s refused good payers") % {
        "ratio": formatting.short_number(terms.cost_fn / terms.cost_fp)
    }
