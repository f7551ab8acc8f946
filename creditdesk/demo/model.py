"""Activation of the demo model that ships with the project."""

from django.conf import settings

from creditdesk.demo.people import named
from scoring import services
from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable


def activate_demo_model() -> str:
    """Register and activate the newest demo model of ml_artifacts. Raises ModelUnavailable."""
    demos = _demo_models()
    if not demos:
        raise ModelUnavailable(f"there is no demo model in {settings.ML_ARTIFACTS}")
    newest = max(demos, key=lambda name: (demos[name], name))
    version = services.register(name=newest, by=None)
    services.activate(version=version, by=named("admin"), reason="The model that ships with the demo")
    return newest


def _demo_models() -> dict[str, str]:
    """Return when each demo model was created, by the name of its folder; other folders are not judged."""
    created: dict[str, str] = {}
    for path in sorted(settings.ML_ARTIFACTS.glob(f"*/{folder.MANIFEST}")):
        try:
            manifest = folder.read_manifest(path.parent)
        except ModelUnavailable:
            continue
        if manifest.is_demo:
            created[path.parent.name] = manifest.created_at
    return created
