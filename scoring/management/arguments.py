"""Types of command arguments, checked before the work begins."""

from argparse import ArgumentTypeError

MAX_SEED = 1_000_000


def seed_number(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_SEED:
        raise ArgumentTypeError(f"{text!r}: a whole number from 0 to {MAX_SEED:,}")
    return int(text)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r}: a whole number from 1 on")
    return int(text)
