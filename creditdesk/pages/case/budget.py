"""Affordability of a case in words: the budget, its limits, and what a second person has to check."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk import services
from creditdesk.cases.team import names_present, teams_to_refer_to
from creditdesk.forms.affordability import ChargesForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.pages.budget_sentences import MISSING, ground_sentences
from creditdesk.pages.case.expected_loss import CaseLoss, case_loss
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.pages.case.selection import Selection
from scoring import policies
from scoring.ml.model.affordability import Affordability, Outcome
from scoring.models import Policy

OUTCOMES: Final[dict[Outcome, str | Promise]] = {
    Outcome.MET: _("Within the limits"),
    Outcome.NOT_MET: _("Beyond a limit"),
    Outcome.MISSING: _("Not known yet"),
}
NOT_JUDGED: Final = "not_judged"


class BudgetLine(NamedTuple):
    """An amount of the budget; `code` is its name among the inputs that are stored."""

    code: str
    label: str
    value: float | None


@dataclass(frozen=True, slots=True)
class BudgetPanel:
    """The budget as it was judged with the assessment; `form` is None for who only reads."""

    judged: Affordability | None
    form: ChargesForm | None
    # Whether it turned the verdict of the score into refer, or that was refer already, by the policy's band.
    turned: bool
    in_band: bool

    @property
    def outcome(self) -> str:
        return self.judged.outcome.value if self.judged else NOT_JUDGED

    @property
    def label(self) -> str:
        return str(OUTCOMES[self.judged.outcome]) if self.judged else gettext("Not judged")

    @property
    def refers_too(self) -> bool:
        """Whether it is a reason of the verdict beside the band."""
        return self.in_band and self.judged is not None and self.judged.outcome != Outcome.MET

    @property
    def members(self) -> int:
        return int(self.judged.budget.members or 0) if self.judged else 0

    @property
    def missing(self) -> list[str]:
        return [str(MISSING[name]) for name in (self.judged.missing if self.judged else ())]

    @property
    def lacks_charges(self) -> bool:
        return self.judged is not None and "charges" in self.judged.missing

    @property
    def sentences(self) -> list[str]:
        return ground_sentences(self.judged) if self.judged else []

    @property
    def lines(self) -> list[BudgetLine]:
        if self.judged is None:
            return []
        budget = self.judged.budget
        return [
            BudgetLine("income", gettext("Income"), budget.income),
            BudgetLine("instalment", gettext("Instalment applied for"), budget.instalment),
            BudgetLine("loans_here", gettext("Running loans with us"), budget.loans_here),
            BudgetLine("loans_reported", gettext("Other lenders, as reported"), budget.loans_reported),
            BudgetLine("loans", gettext("Other lenders, as declared"), budget.loans),
            BudgetLine("housing", gettext("Housing"), budget.housing),
            BudgetLine("other", gettext("Other charges"), budget.other),
        ]


class WithPolicy:
    """What the policy adds to a case page besides the verdict."""

    case: Case
    assessment: Assessment | None
    reader: User
    forms: PostedForms
    selection: Selection

    @cached_property
    def policy(self) -> Policy | None:
        """The policy in force."""
        return policies.in_force()

    @property
    def accepting_needs_second_person(self) -> bool:
        if self.assessment is None:
            return False
        return services.needs_second_person(
            self.case.amount_credit,
            self.assessment.verdict,
            Decision.Outcome.ACCEPT,
            self.policy,
            self.assessment.affordability_outcome,
        )

    @property
    def is_unaffordable(self) -> bool:
        """Whether the budget goes beyond a limit: accepting takes a second person at any amount."""
        return self.assessment is not None and self.assessment.affordability_outcome == Outcome.NOT_MET

    @property
    def second_person_above(self) -> float:
        return float(policies.second_person_above(self.policy))

    @cached_property
    def people(self) -> tuple[tuple[Any, ...], ...]:
        """Whom the forms of the page offer for a case to be given to."""
        return names_present()

    @cached_property
    def teams(self) -> tuple[tuple[Any, ...], ...]:
        """The teams among which a referral chooses."""
        return teams_to_refer_to()

    @cached_property
    def expected_loss(self) -> CaseLoss | None:
        return case_loss(self.case, self.assessment.probability if self.assessment else None, self.reader)

    @cached_property
    def budget(self) -> BudgetPanel | None:
        """None where neither the policy in force nor that of the assessment has a rule of affordability."""
        judged = self.assessment.budget if self.assessment else None
        if judged is None and not (self.policy and self.policy.affordability_rule):
            return None
        # Verdicts of earlier releases name the band alone, also where the budget is beyond a limit.
        reason = self.assessment.refer_reason if self.assessment else ""
        turned, in_band = (reason.startswith(of_what) for of_what in ("affordability ", "policy "))
        return BudgetPanel(judged, self._charges_form(), turned, in_band)

    @property
    def shows_budget(self) -> bool:
        """Whether the tab of the client shows the budget in place of what the bank knows."""
        is_selected = self.selection.show == "budget" or self.forms.charges is not None
        return is_selected and self.budget is not None

    def _charges_form(self) -> ChargesForm | None:
        if not self.reader.has_perm("creditdesk.add_declaredcharges"):
            return None
        if services.refusal_to_correct(self.case, self.reader):
            return None
        return self.forms.charges or ChargesForm(charges=services.declared_charges(self.case))
