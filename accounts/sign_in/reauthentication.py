"""Reauthentication renews the session key: one that was seen before opens nothing."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest


@receiver(authentication_step_completed, dispatch_uid="accounts.sign_in.reauthentication")
def renew_session_key(*, request: HttpRequest, reauthenticated: bool = False, **_proof: Any) -> None:
    """Replace the key of the session, also in the list that its owner sees."""
    if not reauthenticated:
        return
    before = request.session.session_key
    with transaction.atomic():
        request.session.cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
