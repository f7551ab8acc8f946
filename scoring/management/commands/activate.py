from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring import services
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import ModelVersion


class Command(BaseCommand):
    help = "Let a model version answer from now on; a folder not yet registered is registered first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="name of a folder in ml_artifacts")
        parser.add_argument("--reason", default="", help="why, for the audit log")

    def handle(self, *args: Any, version: str, reason: str, **options: Any) -> None:
        try:
            known = ModelVersion.objects.filter(name=version).first()
            known = known or services.register(name=version, by=None)
            services.activate(version=known, by=None, reason=reason)
        except (ModelUnavailable, services.AlreadyRegistered) as error:
            raise CommandError(f"{version} was not activated: {error}.") from error
        self.stdout.write(f"{version} is active; running servers use it from their next request on.")
