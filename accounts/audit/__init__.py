"""The audit log: every act is one link of a keyed chain, written with the act and never rewritten."""

from accounts.audit.actions import Action
from accounts.audit.group_commit import record_together
from accounts.audit.recording import Act, ChainBroken, record
from accounts.audit.verification import Break, verify

__all__ = ["Act", "Action", "Break", "ChainBroken", "record", "record_together", "verify"]
