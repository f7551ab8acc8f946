"""Checks of rows beyond their digests: what is missing beside a row, by the application that knows it."""

from collections.abc import Callable
from typing import Final

from accounts.audit.row_ledger import BrokenRow

# The first row that is not as the application left it, or nothing.
RowCheck = Callable[[], BrokenRow | None]

_checks: Final[list[RowCheck]] = []


def register(check: RowCheck) -> None:
    """Run this check with every verification of all rows."""
    _checks.append(check)


def first_broken_row() -> BrokenRow | None:
    """The first row that a check names; the checks behind it do not run."""
    return next(filter(None, (check() for check in _checks)), None)
