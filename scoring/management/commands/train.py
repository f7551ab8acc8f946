import re
from argparse import ArgumentParser, ArgumentTypeError
from math import isfinite
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from scoring.management.arguments import positive, seed_number
from scoring.ml.metrics.classification import METRICS
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import DEFAULT_ACCEPT_LIMIT, AcceptLimit
from scoring.ml.training.fit.hyperparameters import MIN_FEATURES
from scoring.ml.training.report.model_card_sections import check_lines
from scoring.ml.training.validate.fair_search import FairSearchRequest
from scoring.services import training
from scoring.services.progress import ProgressReporter

# In the order of FairSearchRequest.
_FAIR_TEXTS: Final = ("fair_choice", "fair_reason", "age_reason")


def version_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}", text):
        raise ArgumentTypeError(f"{text!r}: use letters, digits, dots, dashes and underscores")
    return text


def price(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (isfinite(value) and value > 0):
        raise ArgumentTypeError(f"{text!r}: a number above 0")
    return value


def share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text!r}: a number between 0 and 1")
    return value


class Command(BaseCommand):
    help = "Train a model version on a folder of Home Credit tables; it is registered, not activated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--name", type=version_name, required=True, metavar="V")
        parser.add_argument(
            "--pool",
            type=Path,
            nargs="+",
            default=[],
            metavar="DIR2",
            help="folders whose clients teach what the tables they share with DIR say",
        )
        parser.add_argument("--seed", type=seed_number, default=1)
        parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
        parser.add_argument(
            "--tune", type=positive, default=0, metavar="N", help="search settings until N trials are known"
        )
        parser.add_argument("--demo", action="store_true", help="label the version as the demo model")
        parser.add_argument(
            "--min-features",
            type=positive,
            default=MIN_FEATURES,
            metavar="N",
            help="keep at least so many plain features, for reasons that rest on more facts",
        )
        parser.add_argument(
            "--cost-fn", type=price, default=DEFAULT_COSTS.fn, help="what a default costs that was accepted"
        )
        parser.add_argument(
            "--cost-fp", type=price, default=DEFAULT_COSTS.fp, help="what a good payer costs who was refused"
        )
        parser.add_argument(
            "--accept-limit",
            type=share,
            default=DEFAULT_ACCEPT_LIMIT.default_rate,
            help="highest default rate among those accepted without a person, for the proposed refer band",
        )
        parser.add_argument(
            "--refer-share",
            type=share,
            default=DEFAULT_ACCEPT_LIMIT.refer_share,
            help="share of clients that the proposed band refers at most",
        )
        parser.add_argument(
            "--fair-search",
            type=positive,
            metavar="N",
            help="measure N less discriminatory alternatives; age is an input only with an --age-reason",
        )
        parser.add_argument("--age-reason", default="", metavar="TEXT", help="why age may be an input")
        parser.add_argument(
            "--fair-choice", default="", metavar="CODE", help="train this alternative of the same search"
        )
        parser.add_argument("--fair-reason", default="", metavar="TEXT", help="why it was chosen")

    def handle(self, *, folder: Path, name: str, pool: list[Path], **options: Any) -> None:
        chosen = {key: options[key] for key in ("seed", "quick", "tune", "demo", "min_features")}
        limit = AcceptLimit(default_rate=options["accept_limit"], refer_share=options["refer_share"])
        costs = Costs(options["cost_fn"], options["cost_fp"])
        fair = _fair_search(options["fair_search"], *(options[name] for name in _FAIR_TEXTS))
        request = training.TrainingRequest(
            folder, name, pool=tuple(pool), costs=costs, accept_limit=limit, fair=fair, **chosen
        )
        try:
            manifest = training.train(
                request, by=None, progress=ProgressReporter(self.stderr.write), warn=self.stderr.write
            )
        except training.TrainingFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(summary(manifest, settings.ML_ARTIFACTS / name))


def _fair_search(trials: int | None, *texts: str) -> FairSearchRequest | None:
    if trials is None and any(texts):
        raise CommandError(
            "a choice, its reason and a reason for age belong to a --fair-search", returncode=2
        )
    return None if trials is None else FairSearchRequest(trials, *texts)


def summary(manifest: Manifest, target: Path) -> str:
    rows = [f"{'':20}{'out of fold':>28}{'hold-out':>28}"]
    for name in METRICS:
        oof, holdout = (
            getattr(part, name) for part in (manifest.metrics.out_of_fold, manifest.metrics.holdout)
        )
        rows.append(f"{name:20}{interval(oof):>28}{interval(holdout):>28}")
    checks = check_lines(manifest.checks) if manifest.checks else []
    return "\n".join(
        [
            *rows,
            f"Threshold {manifest.threshold:.4f} (theory {manifest.theoretical_threshold:.4f}), "
            f"calibration {manifest.calibration.method}, {len(manifest.features)} features",
            *(f"Check {line.replace('**', '')}" for line in checks),
            *([f"SUSPECT: {', '.join(manifest.failed_checks)}"] if manifest.failed_checks else []),
            f"{manifest.name} is in {target}, registered, not active: manage.py activate {manifest.name}",
        ]
    )


def interval(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} ({estimate.low:.4f}-{estimate.high:.4f})"
