"""Progress messages of a training."""

from collections.abc import Callable

Progress = Callable[[str], None]
"""Report the step that begins, in words for the person who waits."""


def silent(message: str) -> None:
    """Report nothing."""
