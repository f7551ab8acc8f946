"""Passwords that are long enough and still easy to guess: repeats, keyboard rows, words with a year.

`common_passwords.txt`, beside this module, holds those of the 100,000 most common passwords that have the
twelve characters which the desk demands, in lower case.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.roles import Role

# Of 0 to 4: below 3 an attacker who has the hash needs fewer than 10^8 guesses.
LOWEST_SCORE: Final = 3
# Words of the house; those of the bank's name and of the roles are added (docs/security.md).
HOUSE: Final = ("creditdesk", "credit", "desk", "bank", "banque")
# Letters and digits that a password has beside these words.
LEAST_BESIDE: Final = 6
# What stands behind these characters adds nothing that would be needed, but time.
EXAMINED: Final = 72


class StrengthValidator:
    """zxcvbn's estimate, with what anybody knows about the account as words that are tried first."""

    def validate(self, password: str, user: Any = None) -> None:
        # Half a second and 15 MB, and no process needs it before somebody chooses a password.
        from zxcvbn import zxcvbn  # type: ignore[import-untyped]

        personal = [getattr(user, name, "") for name in ("username", "first_name", "last_name", "email")]
        house = [*HOUSE, *settings.BANK_NAME.split(), *Role.values]
        estimate = zxcvbn(password[:EXAMINED], user_inputs=[*house, *filter(None, personal)])
        if estimate["score"] < LOWEST_SCORE or _beside(house, password) < LEAST_BESIDE:
            raise ValidationError(
                gettext("This password is easy to guess: choose several words that do not belong together."),
                code="password_too_weak",
            )

    def get_help_text(self) -> str:
        return gettext("Repeats, rows of keys, dates and single words are easy to guess.")


def _beside(words: Iterable[str], password: str) -> int:
    """How many letters and digits are left of a password without these words."""
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    rest = re.sub("|".join(map(re.escape, longest_first)), "", password, flags=re.IGNORECASE)
    return sum(character.isalnum() for character in rest)
