"""Policy pages: what is in force, what waits, and the desk on which new terms are compared with it."""

from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Final
from urllib.parse import urlencode

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.forms.policy import MeasureForm, ProposalForm, TermsForm, compared_anew
from creditdesk.pages.policy.band import BandProposal, band_proposal
from creditdesk.pages.policy.comparison import PolicyComparison
from creditdesk.pages.policy.terms import (
    LABELS,
    Line,
    lines,
    model_in_use,
    rules_side_by_side,
    terms_in_force,
)
from creditdesk.services.policy import PolicyTerms, refers_everybody
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import ThresholdOption
from scoring.models import Policy
from scoring.policies import in_force

BARS: Final = {
    "not_measured": _("not measured by this version"),
    "not_calibrated": _("not available: its probabilities are not calibrated"),
    "other_costs": _("measured at other costs only"),
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A threshold rule with its label; `bar` says why it cannot be used."""

    option: ThresholdOption
    label: str | Promise
    bar: str | Promise


@dataclass(eq=False)
class PolicyListPage:
    @cached_property
    def in_force(self) -> Policy | None:
        return in_force()

    @cached_property
    def model(self) -> Model | None:
        return model_in_use()

    @cached_property
    def terms(self) -> list[Line]:
        terms = terms_in_force(self.model, self.in_force)
        return lines(terms) if terms else []

    @property
    def is_of_other_version(self) -> bool:
        """Whether the thresholds in force were chosen by figures of another version than the one in use."""
        policy, model = self.in_force, self.model
        return bool(policy and model and policy.model_version and policy.model_version != model.version)

    @cached_property
    def pending(self) -> list[Policy]:
        return list(Policy.objects.pending().with_people())

    @cached_property
    def published(self) -> list[Policy]:
        return list(Policy.objects.published().with_people()[:50])


@dataclass(eq=False)
class PolicyDeskPage:
    """`refusal` is why a proposal was not recorded."""

    form: TermsForm
    measure: MeasureForm
    reader: User
    proposal_form: ProposalForm | None = None
    refusal: str = ""

    @cached_property
    def in_force(self) -> Policy | None:
        return in_force()

    @cached_property
    def model(self) -> Model | None:
        return self.form.model

    @cached_property
    def terms(self) -> PolicyTerms | None:
        """The terms that are compared; None while one of the forms has errors."""
        are_valid = all([self.form.is_valid(), self.measure.is_valid()])
        return self.form.terms() if are_valid else None

    @cached_property
    def selected(self) -> PolicyComparison | None:
        """The terms against those in force on the selected cases, of which there may be none."""
        current = terms_in_force(self.model, self.in_force)
        if self.terms is None or current is None:
            return None
        return PolicyComparison(
            current, self.terms, self.measure.selection, self.measure.assumptions, self.reader
        )

    @property
    def comparison(self) -> PolicyComparison | None:
        """None where there is no case to compare the terms on."""
        return self.selected if self.selected and len(self.selected.columns) else None

    @property
    def all_fields(self) -> list[BoundField]:
        return [*self.form, *self.measure]

    @property
    def query(self) -> str:
        """The terms and the measure as an address carries them."""
        return urlencode(self._addressed)

    @property
    def query_with_budgets(self) -> str:
        """The same, with budgets that are not known taken as within the limits, or as they are again."""
        changed = "" if self.measure.assumptions.fits_unknown else "on"
        return urlencode({**self._addressed, "fits_unknown": changed})

    @property
    def _addressed(self) -> dict[str, str]:
        return {field.name: _in_address(field) for field in self.all_fields}

    @property
    def term_lines(self) -> list[tuple[Line | None, Line | None]]:
        """Each term as proposed, beside the one in force."""
        if self.terms is None:
            return []
        current = terms_in_force(self.model, self.in_force)
        proposed = lines(self.terms)
        before = lines(current) if current else []
        return list(zip_longest(proposed, before))

    @cached_property
    def rules(self) -> list[RuleRow]:
        if self.terms is None:
            return []
        options = rules_side_by_side(self.model, self.terms.costs)
        return [RuleRow(option, LABELS[option.code], BARS.get(option.bar, "")) for option in options]

    @cached_property
    def band(self) -> BandProposal | None:
        """The band that the version in use proposes; None where its training found none."""
        return band_proposal(self.model, self.query_without_thresholds)

    @property
    def query_without_thresholds(self) -> dict[str, str]:
        """The other terms as an address carries them."""
        fields = ("cost_ratio", "second_person_above", "affordability_rule")
        return {name: _in_address(self.form[name]) for name in fields}

    @cached_property
    def refers_everybody(self) -> bool:
        return self.terms is not None and refers_everybody(self.terms.thresholds)

    @cached_property
    def proposal(self) -> ProposalForm:
        version = self.in_force.version if self.in_force else None
        if self.proposal_form is None:
            return ProposalForm(initial={"based_on": version}, label_suffix="")
        return compared_anew(self.proposal_form, version) if self.refusal else self.proposal_form


def _in_address(field: BoundField) -> str:
    """The value so that every language reads it alike: "10,000" is ten in French."""
    form = field.form
    # Reading the errors cleans the form.
    value = None if field.name in form.errors else form.cleaned_data.get(field.name)
    return f"{value:.15g}" if isinstance(value, float) else str(field.value() or "")


def desk_page(data: dict[str, str], reader: User, **posted: object) -> PolicyDeskPage:
    """The desk with the terms that were sent, else with those in force."""
    form = TermsForm(data, model=model_in_use(), policy=in_force())
    return PolicyDeskPage(form, MeasureForm(data), reader, **posted)  # type: ignore[arg-type]
