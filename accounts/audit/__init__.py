"""The audit log: every act is one link of a keyed chain, written with the act and never rewritten."""

from accounts.audit.actions import Action
from accounts.audit.recording import ChainBroken, record
from accounts.audit.verification import Break, verify

__all__ = ["Action", "Break", "ChainBroken", "record", "verify"]
