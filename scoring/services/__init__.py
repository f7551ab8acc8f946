"""What happens to model versions: each function is one act, written together with its audit event."""

from scoring.services.challenging import appoint, dismiss
from scoring.services.comparing import keep_comparison
from scoring.services.promoting import PromotionRefused, approve, propose, reject, withdraw
from scoring.services.registering import AlreadyRegistered, activate, register
from scoring.services.remembering import remember_clients
from scoring.services.suspending import SuspensionRefused, resume, suspend

__all__ = [
    "AlreadyRegistered",
    "PromotionRefused",
    "SuspensionRefused",
    "activate",
    "appoint",
    "approve",
    "dismiss",
    "keep_comparison",
    "propose",
    "register",
    "reject",
    "remember_clients",
    "resume",
    "suspend",
    "withdraw",
]
