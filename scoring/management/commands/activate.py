from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring import services
from scoring.management.commands.name_champion import move_alias
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import ModelVersion
from scoring.presentation.gate_labels import gate_label
from scoring.services.gates import measure


class Command(BaseCommand):
    help = (
        "Let a model version answer from now on; a folder not yet registered is registered first. "
        "Its gates are measured: the operator is warned of a failed one, a page would ask two people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("version", help="name of a folder in ml_artifacts")
        parser.add_argument("--reason", default="", help="why, for the audit log")

    def handle(self, *args: Any, version: str, reason: str, **options: Any) -> None:
        try:
            registered = ModelVersion.objects.filter(name=version).first()
            registered = registered or services.register(name=version, by=None)
            failed = self.warn(registered)
            services.activate(version=registered, by=None, reason=reason, failed_gates=failed)
        except (ModelUnavailable, services.AlreadyRegistered) as error:
            raise CommandError(f"{version} was not activated: {error}.") from error
        self.stdout.write(f"{version} is active; running servers use it from their next request on.")
        self.stdout.write(move_alias(version))

    def warn(self, version: ModelVersion) -> list[str]:
        """Write every failed gate to standard error and return their codes.

        None of them stops an operator, but a folder that does not load does.
        """
        failed = [gate for gate in measure(version) if gate.failed]
        for gate in failed:
            label = gate_label(gate.stored())
            self.stderr.write(f"Gate failed: {label.label}: {label.detail}")
        return [gate.code for gate in failed]
