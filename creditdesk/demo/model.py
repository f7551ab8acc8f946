"""The demo models that ship with the project: one answers, one scores in its shadow."""

from io import StringIO
from typing import Final

from django.conf import settings
from django.core.management import call_command

from creditdesk.demo import RETIRED
from creditdesk.demo.people import named
from scoring import services
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import ChallengerAppointment

# Both by make_portfolio, then train --quick --demo --min-features 320: the one that answers on 20,000
# synthetic clients (seed 12), this one on 12,000 (seed 11).
CHALLENGER: Final = "demo-challenger-2026-11-29"
# Stored as they are written, and read on pages of either language: so both.
WHY: Final = "The model that ships with the demo / Le modèle livré avec la démonstration"
WHY_CHALLENGED: Final = (
    "Trained on other clients: does it agree with the model in use? / "
    "Entraîné sur d’autres clients\N{NO-BREAK SPACE}: "
    "recommande-t-il comme le modèle en service\N{NARROW NO-BREAK SPACE}?"
)


def activate_demo_model() -> str:
    """Register and activate the newest demo model of ml_artifacts. Raises ModelUnavailable."""
    demos = _demo_models()
    if not demos:
        raise ModelUnavailable(f"there is no demo model in {settings.ML_ARTIFACTS}")
    newest = max(demos, key=lambda name: (demos[name], name))
    version = services.register(name=newest, by=None)
    services.activate(version=version, by=named("admin"), reason=WHY)
    return newest


def appoint_challenger() -> None:
    """Let the second demo model score every assessment so far, unless people have chosen otherwise."""
    newest = ChallengerAppointment.objects.order_by("-pk").select_related("version").first()
    is_chosen = newest is not None and not (newest.version and newest.version.name in RETIRED)
    if is_chosen or not (settings.ML_ARTIFACTS / CHALLENGER).is_dir():
        return
    version = services.register(name=CHALLENGER, by=None)
    services.appoint(version=version, by=named("analyst"), reason=WHY_CHALLENGED)
    call_command("score_shadow", stdout=StringIO(), stderr=StringIO())


def _demo_models() -> dict[str, str]:
    """Return when each demo model was created, by the name of its folder; other folders are not judged."""
    created: dict[str, str] = {}
    for path in sorted(settings.ML_ARTIFACTS.glob(f"*/{folder.MANIFEST}")):
        try:
            manifest = folder.read_manifest(path.parent)
        except ModelUnavailable:
            continue
        if manifest.is_demo and path.parent.name not in {CHALLENGER, *RETIRED}:
            created[path.parent.name] = manifest.created_at
    return created
