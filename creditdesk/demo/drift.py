"""A first check for drift, so that its page has something to show."""

from contextlib import suppress
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError


def look_for_drift() -> None:
    """Holds the demo's assessments against the model's reference; Evidently, slow to load, is left out."""
    with suppress(CommandError):
        call_command("check_drift", "--without-evidently", stdout=StringIO(), stderr=StringIO())
