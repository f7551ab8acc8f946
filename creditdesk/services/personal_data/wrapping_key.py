"""Put a new wrapping key in force."""

from django.db import transaction

from accounts import audit
from accounts.audit import Action
from creditdesk.encryption import keyring


@transaction.atomic
def rotate_wrapping_key() -> int:
    """Wrap every data key with `WRAPPING_KEY`; returns how many another key had wrapped.

    Raises UnknownWrappingKey where a key that wrapped one is not in the settings; then nothing is changed.
    """
    rewrapped = keyring.wrap_anew()
    if rewrapped:
        audit.record(action=Action.WRAPPING_KEY_ROTATED, actor=None, details={"data_keys": rewrapped})
    return rewrapped
