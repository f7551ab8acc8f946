"""The one-click sign-in is for the demo: any other installation refuses to pass its checks with it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def demo_sign_in_is_for_the_demo(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO_SIGN_IN and (settings.HTTPS or settings.REQUIRE_MFA):
        message = "DEMO_SIGN_IN lets anybody in without a password: it is for a demo without HTTPS and MFA."
        return [Error(message, id="creditdesk.E001")]
    return []
