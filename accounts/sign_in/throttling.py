"""Limits of failed sign-ins, counted in the cache that all web processes share.

A device that a person has signed in from before has a count of its own: what strangers try does not use it
up. Everything else is counted twice: for the address (an IPv6 network of 64 bits is one address) together
with the account, and for the account alone, whatever the address. So a password cannot be guessed from many
addresses, and nobody can keep a colleague from a device of their own. Who has no such device while their
account is under attack gets one by an invitation.
"""

from allauth.core import context
from allauth.core.internal import ratelimit
from django.http import HttpRequest

from accounts.sign_in import devices

APP = "allauth.account"


def consume(request: HttpRequest, username: str, *, step: str = "") -> ratelimit.RateLimitUsage | None:
    """Count an attempt; None when one of its limits is reached. `step` has counts of its own."""
    name = f"{username.casefold()} {step}".rstrip()
    if device := devices.known_device(request, username):
        return _consume(request, "login_failed_on_known_device", f"{device} {name}")
    at_address = _consume(request, "login_failed", f"{ratelimit.get_ip(request)} {name}")
    if at_address is None:
        return None
    on_account = _consume(request, "login_failed_on_account", name)
    if on_account is None:
        return None
    return ratelimit.RateLimitUsage([*at_address.usage, *on_account.usage])


def consume_code(username: str) -> ratelimit.RateLimitUsage | None:
    """Count an attempt at the second factor of the request in progress."""
    return consume(context.request, username, step="second factor")


def _consume(request: HttpRequest, action: str, key: str) -> ratelimit.RateLimitUsage | None:
    return ratelimit.consume(request, app=APP, action=action, key=key)
