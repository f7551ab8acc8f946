from scoring.views.promotion import (
    model_challenger,
    model_propose,
    model_switch,
    proposal_answer,
    proposal_detail,
    proposal_withdraw,
)
from scoring.views.version_pair import model_pair
from scoring.views.versions import model_at, model_list

__all__ = [
    "model_at",
    "model_challenger",
    "model_list",
    "model_pair",
    "model_propose",
    "model_switch",
    "proposal_answer",
    "proposal_detail",
    "proposal_withdraw",
]
