"""Failed sign-ins in the audit log: never a password, not even one typed into the wrong field."""

import hmac
from typing import Any

from allauth.mfa.signals import authentication_failed
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from accounts.audit import Action, record
from accounts.models import User


@transaction.atomic
def record_failure(username: str, *, step: str) -> None:
    """The name is written only when somebody has it; otherwise a keyed digest tells repetitions apart."""
    if User.objects.filter(username=username).exists():
        target, details = f"user:{username}", {"step": step}
    else:
        target, details = "", {"step": step, "unknown_name": _digest(username)}
    record(action=Action.SIGN_IN_FAILED, actor=None, target=target, details=details)


def _digest(name: str) -> str:
    return hmac.digest(settings.AUDIT_KEY.encode(), f"name\n{name}".encode(errors="replace"), "sha256").hex()[
        :16
    ]


# allauth offers no adapter hook for a wrong code; nothing else is written then, so the signal will do.
@receiver(authentication_failed)
def _record_wrong_code(user: User, **kwargs: Any) -> None:
    record_failure(user.get_username(), step="second factor")
