"""A first drift report, so that its page has something to show."""

from contextlib import suppress
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError


def check_drift() -> None:
    """Compare the demo's assessments with the model's reference, without Evidently, which is slow to load."""
    with suppress(CommandError):
        call_command("check_drift", "--without-evidently", stdout=StringIO(), stderr=StringIO())
