"""Passwords that are long enough and still easy to guess: repeats, keyboard rows, words with a year.

`common_passwords.txt`, beside this module, holds those of the 100,000 most common passwords that have the
twelve characters which the desk demands, in lower case.
"""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

# Of 0 to 4: below 3 an attacker who has the hash needs fewer than 10^8 guesses.
LOWEST_SCORE: Final = 3
# What stands behind these characters adds nothing that would be needed, but time.
EXAMINED: Final = 72


class StrengthValidator:
    """zxcvbn's estimate, with what anybody knows about the account as words that are tried first."""

    def validate(self, password: str, user: Any = None) -> None:
        # Half a second and 15 MB, and no process needs it before somebody chooses a password.
        from zxcvbn import zxcvbn  # type: ignore[import-untyped]

        personal = [getattr(user, name, "") for name in ("username", "first_name", "last_name", "email")]
        estimate = zxcvbn(password[:EXAMINED], user_inputs=["creditdesk", *filter(None, personal)])
        if estimate["score"] < LOWEST_SCORE:
            raise ValidationError(
                gettext("This password is easy to guess: choose several words that do not belong together."),
                code="password_too_weak",
            )

    def get_help_text(self) -> str:
        return gettext("Repeats, rows of keys, dates and single words are easy to guess.")
