"""Forms of a case page as they were posted and refused, to be shown again with their errors."""

from dataclasses import dataclass

from creditdesk.forms.affordability import ChargesForm
from creditdesk.forms.assignment import AssignmentForm, SnoozeForm
from creditdesk.forms.casework import AnswerForm, ContestForm, ContestReviewForm, EscalationForm
from creditdesk.forms.decision import CheckForm, DecisionForm, NoteForm
from creditdesk.forms.opinion import OpinionForm
from creditdesk.forms.withdrawal import ReopeningForm, WithdrawalForm


@dataclass(frozen=True, slots=True)
class PostedForms:
    """Each form that was not accepted; the page shows an empty one in place of None."""

    decision: DecisionForm | None = None
    opinion: OpinionForm | None = None
    check: CheckForm | None = None
    note: NoteForm | None = None
    escalation: EscalationForm | None = None
    answer: AnswerForm | None = None
    contest: ContestForm | None = None
    review: ContestReviewForm | None = None
    charges: ChargesForm | None = None
    assignment: AssignmentForm | None = None
    snooze: SnoozeForm | None = None
    withdrawal: WithdrawalForm | None = None
    reopening: ReopeningForm | None = None
