from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from scoring import engine, services
from scoring.management.arguments import seed_number
from scoring.management.commands.train import summary, version_name
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.training.pipeline import TrainedModel
from scoring.models import Activation, ModelVersion
from scoring.presentation.gate_labels import gate_label
from scoring.services import retraining, training
from scoring.services.gates import Gate, measure
from scoring.services.progress import ProgressReporter
from scoring.services.retraining import PairedComparison


class Command(BaseCommand):
    help = (
        "Train a version on new data and hold it against the one in use. It becomes the challenger, or it is "
        "refused with the reasons and exit 1. People put it in use, unless AUTO_PROMOTE says otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--name", type=version_name, metavar="V", help="default: the date and the time")
        parser.add_argument("--seed", type=seed_number, default=1)
        parser.add_argument("--quick", action="store_true", help="minutes instead of hours")

    def handle(self, *, folder: Path, name: str | None, seed: int, quick: bool, **options: Any) -> None:
        name = name or f"{timezone.localtime():%Y-%m-%d-%H%M}"
        finished: list[TrainedModel] = []
        request = training.TrainingRequest(folder, name, seed=seed, quick=quick)
        try:
            manifest = training.train(
                request,
                by=None,
                progress=ProgressReporter(self.stderr.write),
                warn=self.stderr.write,
                on_trained=finished.append,
            )
        except training.TrainingFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(summary(manifest, settings.ML_ARTIFACTS / name))
        self.appoint(ModelVersion.objects.get(name=name), self.compare(finished[0], seed, folder))

    def compare(self, trained: TrainedModel, seed: int, folder: Path) -> PairedComparison:
        activation = Activation.objects.current().first()
        try:
            champion = engine.in_use()
        except ModelUnavailable:
            champion = None
        comparison = retraining.compare(
            trained, seed, folder, champion=champion, version=activation.version if activation else None
        )
        self.stdout.write(comparison_in_words(comparison))
        return comparison

    def appoint(self, version: ModelVersion, comparison: PairedComparison) -> None:
        """Appoint the version as challenger. Raises CommandError with the gates that failed."""
        gates = measure(version, comparison=comparison.figures)
        for gate in gates:
            self.stdout.write(gate_in_words(gate))
        if failed := [gate for gate in gates if gate.failed]:
            reasons = "; ".join(gate_label(gate.stored()).label for gate in failed)
            raise CommandError(f"{version.name} is refused, registered but not the challenger: {reasons}.")
        services.appoint(
            version=version, by=None, reason="Retrained; no gate failed", comparison=comparison.figures
        )
        self.stdout.write(f"{version.name} is the challenger: it scores every case unseen.")
        if settings.AUTO_PROMOTE and comparison.is_better:
            services.activate(version=version, by=None, reason="AUTO_PROMOTE: better beyond noise")
            self.stdout.write(f"{version.name} is in use: AUTO_PROMOTE is on and it is better beyond noise.")
        else:
            self.stdout.write("People put it in use: propose it on the page of the models.")


def comparison_in_words(comparison: PairedComparison) -> str:
    if not comparison.figures:
        return (
            f"Not compared client by client: {comparison.obstacle}; "
            "the gates go by the figures of both folders."
        )
    lines = [
        "{name}: {champion:.4f} in use, {challenger:.4f} new, difference {value:+.4f} "
        "({low:+.4f} to {high:+.4f}) on {clients:,} clients".format(name=name, **figure)
        for name, figure in (("AUC", comparison.figures["auc"]), ("cost", comparison.figures["cost"]))
    ]
    return "\n".join(["On clients that neither has learned from:", *lines])


def gate_in_words(gate: Gate) -> str:
    label = gate_label(gate.stored())
    return f"{label.label}: {label.state_text}. {label.detail}"
