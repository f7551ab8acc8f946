"""What happens to model versions: each function is one act, written together with its audit event."""

from scoring.services.challenger import appoint, dismiss
from scoring.services.comparison import keep_comparison
from scoring.services.promotion import PromotionRefused, approve, propose, reject, withdraw
from scoring.services.registry import AlreadyRegistered, activate, register
from scoring.services.suspension import SuspensionRefused, resume, suspend
from scoring.services.trained_clients import remember_clients

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
