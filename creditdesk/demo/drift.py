"""Drift reports of the demo, so that their page has something to show from the start."""

from contextlib import suppress
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError

from scoring.models import DriftReport


def check_drift() -> None:
    """Compare the demo's assessments with the model's reference, without Evidently, which is slow to load."""
    with suppress(CommandError):
        call_command("check_drift", "--without-evidently", stdout=StringIO(), stderr=StringIO())


def add_evidently() -> None:
    """Compare once more with Evidently's page, unless a report has one; it takes seconds to load."""
    if DriftReport.objects.filter(page="").exists() and not DriftReport.objects.exclude(page="").exists():
        with suppress(CommandError):
            call_command("check_drift", stdout=StringIO(), stderr=StringIO())
