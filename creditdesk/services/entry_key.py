"""Keys of forms that were sent: a form that is sent again with the same answers is the same act."""

import json
from uuid import UUID

from django.utils.crypto import salted_hmac

from accounts.models import User


def entry_key(form: UUID | None, by: User, *answers: object) -> UUID | None:
    """Return the key of a form with these answers, None where the form has none.

    Who goes back to the form and enters something else has done something else. Nobody reads the answers, or
    the key of the form, from this key.
    """
    if not form:
        return None
    sent = [str(form), by.pk, *answers]
    return UUID(bytes=salted_hmac("creditdesk.entry", json.dumps(sent), algorithm="sha256").digest()[:16])
