"""Acts on model versions, each written together with its audit event."""

from scoring.services.challenger import appoint, dismiss
from scoring.services.comparison import save_comparison
from scoring.services.promotion import PromotionRefused, approve, propose, reject, withdraw
from scoring.services.registry import AlreadyRegistered, activate, register
from scoring.services.suspension import SuspensionRefused, resume, suspend
from scoring.services.trained_clients import record_trained_clients

__all__ = [
    "AlreadyRegistered",
    "PromotionRefused",
    "SuspensionRefused",
    "activate",
    "appoint",
    "approve",
    "dismiss",
    "propose",
    "record_trained_clients",
    "register",
    "reject",
    "resume",
    "save_comparison",
    "suspend",
    "withdraw",
]
