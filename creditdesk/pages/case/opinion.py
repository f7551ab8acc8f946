"""Blind opinion on a case page: the verdict is kept from its reader until they have given theirs."""

from functools import cached_property

from accounts.models import User
from creditdesk import services
from creditdesk.forms.opinion import OpinionForm
from creditdesk.models import Assessment, BlindOpinion, Case
from creditdesk.pages.case.casework import Casework
from creditdesk.pages.case.posted_forms import PostedForms


class WithOpinion:
    """What a case page shows of a blind opinion, and what it keeps back."""

    case: Case
    assessment: Assessment | None
    reader: User
    tab: str
    forms: PostedForms

    @cached_property
    def casework(self) -> Casework:
        raise NotImplementedError

    @cached_property
    def is_blind(self) -> bool:
        """Whether the reader does not see the verdict yet."""
        return services.is_blind(self.case, self.reader)

    def keep_verdict(self) -> None:
        """Take the assessment from the page where the reader does not see the verdict yet.

        What is on file takes the place of the reasons: the opinion comes from there.
        """
        if self.is_blind:
            self.assessment = None
            self.tab = self.tab or "client"

    @cached_property
    def opinion(self) -> BlindOpinion | None:
        """The opinion that the reader gave before the verdict."""
        return services.opinion_of(self.case, self.reader) if hasattr(self.case, "blind_draw") else None

    @cached_property
    def opinion_form(self) -> OpinionForm | None:
        """None where the reader sees the verdict, and while somebody else has the case."""
        casework = self.casework
        if not self.is_blind or not casework.is_open or casework.is_claimed_by_colleague:
            return None
        if casework.escalation or not self.reader.has_perm("creditdesk.give_opinion"):
            return None
        return self.forms.opinion or OpinionForm(label_suffix="")
