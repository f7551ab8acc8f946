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
        self.stdout.write(move_alias(current.version.name))


def move_alias(version: str) -> str:
    """Move the alias champion in MLflow and return a line for the operator."""
    try:
        is_logged = tracking.name_champion(version, tracking_uri=settings.MLFLOW_TRACKING_URI)
    except (tracking.NotLogged, ImportError) as error:
        return f"MLflow does not know of it: the alias champion was not moved ({error})"
    return (
        f"MLflow: {version} is the champion" if is_logged else f"MLflow has no registered model of {version}"
    )
