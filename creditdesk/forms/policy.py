"""Forms of the policy pages: terms to compare, a proposal of what was compared, an answer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from creditdesk.cases.scored_columns import MAX_CASES, Selection
from creditdesk.forms.fields import BoundedNumber, Slider, as_typed
from creditdesk.services.policy import PolicyTerms
from scoring.forms import reason_field
from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.policy_comparison import Assumptions
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import FOLD_MEAN, RISK_CONTROL, refer_band, threshold_options
from scoring.ml.model.verdict import Thresholds
from scoring.models import Policy
from scoring.policies import costs_of, second_person_above
from scoring.presentation import formatting

Proposal = TypeVar("Proposal", bound=forms.Form)

CHOSEN: Final = Policy.ThresholdRule.CHOSEN


class TermsForm(forms.Form):
    """The terms of a policy as people choose them: one threshold, and how far the band reaches around it."""

    cost_ratio = BoundedNumber(
        label=_("An accepted default costs as much as so many refused good payers"),
        low=0.01,
        high=1000,
        slider=Slider(1, 40, 0.5),
    )
    threshold_rule = forms.ChoiceField(
        label=_("Threshold"), required=False, choices=Policy.ThresholdRule.choices
    )
    threshold = BoundedNumber(
        label=_("Threshold chosen by hand, in percent"), low=0, high=100, slider=Slider(0, 40, 0.1)
    )
    band_below = BoundedNumber(
        label=_("Referred below the threshold, in points"), low=0, high=100, slider=Slider(0, 10, 0.1)
    )
    band_above = BoundedNumber(
        label=_("Referred above the threshold, in points"), low=0, high=100, slider=Slider(0, 20, 0.1)
    )
    second_person_above = BoundedNumber(
        label=_("Two people to accept against the model above"),
        low=0,
        high=999_999_999_999,
        slider=Slider(0, 2_000_000, 10_000),
    )
    affordability_rule = forms.ChoiceField(
        label=_("Affordability rule"), required=False, choices=Policy.AffordabilityRule.choices
    )

    def __init__(self, data: Mapping[str, str] | None, *, model: Model | None, policy: Policy | None) -> None:
        """Starts from the policy in force, else from the version in use."""
        initial = _in_force(model, policy)
        super().__init__({**initial, **(data or {})}, initial=initial, label_suffix="")
        self.model = model
        limit = self.fields["second_person_above"]
        limit.label = f"{limit.label} ({settings.CURRENCY})"
        if isinstance(limit, BoundedNumber) and limit.slider:
            limit.slider = Slider(*map(formatting.shown_amount, limit.slider))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            cleaned["thresholds"] = self._thresholds(cleaned)
        return cleaned

    def _thresholds(self, cleaned: Mapping[str, Any]) -> Thresholds:
        """Those of the band that keeps a limit, else one threshold with what is referred around it."""
        if cleaned["threshold_rule"] == RISK_CONTROL:
            return self._band()
        threshold = self._threshold(cleaned)
        return Thresholds(
            max(_moved(threshold, -cleaned["band_below"]), 0.0),
            min(_moved(threshold, cleaned["band_above"]), 1.0),
        )

    def _band(self) -> Thresholds:
        band = refer_band(self.model.manifest) if self.model else None
        if band is None or band.accept_below is None or band.refuse_from is None:
            self.add_error("threshold_rule", _("The version in use proposes no band that keeps a limit."))
            return Thresholds.single(0.0)
        return Thresholds(band.accept_below, band.refuse_from)

    def _threshold(self, cleaned: Mapping[str, Any]) -> float:
        """The threshold of the rule at these costs, else the one chosen by hand."""
        code = cleaned["threshold_rule"] or CHOSEN
        if code == CHOSEN:
            return round(float(cleaned["threshold"]) / 100, 12)
        costs = Costs(fn=cleaned["cost_ratio"], fp=1.0)
        options = threshold_options(self.model.manifest, costs) if self.model else []
        threshold = next((option.threshold for option in options if option.code == code), None)
        if threshold is None:
            self.add_error(
                "threshold_rule",
                _("The version in use has no threshold by this rule at these costs: choose another rule."),
            )
            return 0.0
        return threshold

    def terms(self, *, refers_everybody: bool = False) -> PolicyTerms:
        """The terms of a valid form."""
        cleaned = self.cleaned_data
        thresholds: Thresholds = cleaned["thresholds"]
        return PolicyTerms(
            cost_fn=cleaned["cost_ratio"],
            cost_fp=1.0,
            threshold_rule=cleaned["threshold_rule"] or CHOSEN,
            accept_below=thresholds.accept_below,
            refuse_from=thresholds.refuse_from,
            second_person_above=Decimal(str(formatting.stored_amount(cleaned["second_person_above"]))),
            affordability_rule=cleaned["affordability_rule"],
            refers_everybody=refers_everybody,
        )


class MeasureForm(forms.Form):
    """Which cases terms are compared on, and what the comparison assumes; no part of a policy."""

    last = BoundedNumber(label=_("Cases assessed last"), low=1, high=MAX_CASES)
    lgd = BoundedNumber(label=_("Lost on a default, in percent of the credit"), low=0, high=100)
    minutes = BoundedNumber(label=_("Minutes of work per referred case"), low=0, high=10_000)
    fits_unknown = forms.BooleanField(
        label=_("Take budgets that are not known as within the limits"), required=False
    )
    first_day = forms.DateField(
        label=_("Assessed from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last_day = forms.DateField(
        label=_("Assessed until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Mapping[str, str] | None) -> None:
        selection, assumptions = Selection(), Assumptions()
        initial = {
            "last": as_typed(selection.last),
            "lgd": as_typed(100 * assumptions.lgd),
            "minutes": as_typed(assumptions.minutes),
        }
        super().__init__({**initial, **(data or {})}, initial=initial, label_suffix="")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day must not be before the first."))
        return cleaned

    @property
    def selection(self) -> Selection:
        given = self.cleaned_data
        return Selection(int(given["last"]), given["first_day"], given["last_day"])

    @property
    def assumptions(self) -> Assumptions:
        given = self.cleaned_data
        return Assumptions(given["lgd"] / 100, given["minutes"], given["fits_unknown"])


class ProposalForm(forms.Form):
    """Proposes the terms that were compared, against the policy that they were compared with."""

    # "" stands for the threshold of the model version.
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = reason_field(_("Why"))
    refers_everybody = forms.BooleanField(
        label=_("Refer every case to a person; that is what I want"), required=False
    )


def compared_anew(form: Proposal, version: int | None) -> Proposal:
    """The form as it was sent, compared with the terms that are in force now: its page shows those."""
    return type(form)({**dict(form.data.items()), "based_on": version or ""}, label_suffix="")


class AnswerForm(forms.Form):
    PUBLISH, REJECT = "publish", "reject"

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(PUBLISH, _("Put this policy in force")), (REJECT, _("Reject it"))],
        widget=forms.RadioSelect,
    )
    reason = reason_field(_("Why"))


def _in_force(model: Model | None, policy: Policy | None) -> dict[str, str]:
    costs = costs_of(model, policy) if model else Costs()
    threshold = policy.accept_below if policy else model.threshold if model else costs.theoretical_threshold
    values = {
        "cost_ratio": costs.fn / costs.fp,
        "threshold": 100 * threshold,
        "band_below": 0.0,
        "band_above": 100 * (policy.refuse_from - policy.accept_below) if policy else 0.0,
        "second_person_above": formatting.shown_amount(float(second_person_above(policy))),
    }
    rule = CHOSEN if policy or not model else FOLD_MEAN
    codes = {"threshold_rule": rule, "affordability_rule": policy.affordability_rule if policy else ""}
    return codes | {name: as_typed(value) for name, value in values.items()}


def _moved(threshold: float, points: float) -> float:
    """The threshold moved by percentage points, free of what binary fractions add to the last digits."""
    return round(threshold + points / 100, 12) if points else threshold
