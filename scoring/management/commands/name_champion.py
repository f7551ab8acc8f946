from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scoring.ml.training import tracking
from scoring.models import Activation


class Command(BaseCommand):
    help = (
        "Give MLflow's registered model of the version in use the alias champion. The desk itself never "
        "writes to MLflow: `activate` does this, and `make mlflow` for versions that a page activated."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        current = Activation.objects.current().first()
        if current is None:
            raise CommandError("no model version has been activated")
        self.stdout.write(named(current.version.name))


def named(version: str) -> str:
    """Move the alias, and say in one line what came of it."""
    try:
        known = tracking.name_champion(version, tracking_uri=settings.MLFLOW_TRACKING_URI)
    except (tracking.NotLogged, ImportError) as error:
        return f"MLflow does not know of it: the alias champion was not moved ({error})"
    return f"MLflow: {version} is the champion" if known else f"MLflow has no registered model of {version}"
