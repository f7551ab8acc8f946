"""Expected loss of a case, for who steers the portfolio."""

from typing import NamedTuple

from accounts.models import User
from creditdesk.models import Case
from scoring.models import loss_table_in_force


class CaseLoss(NamedTuple):
    """The expected loss of one case: probability x lost share x what would be owed."""

    probability: float
    lgd: float
    ead: float

    @property
    def amount(self) -> float:
        return self.probability * self.lgd * self.ead


def case_loss(case: Case, probability: float | None, reader: User) -> CaseLoss | None:
    """The expected loss if this case is accepted; None without a table, or for who does not see it."""
    if probability is None or not reader.has_perm("scoring.view_losstable"):
        return None
    table = loss_table_in_force()
    if table is None:
        return None
    owed = float(case.amount_credit) * table.ead(case.contract_type)
    return CaseLoss(probability, table.lgd(case.contract_type), owed)
