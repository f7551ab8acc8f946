"""The demo model that comes with the project."""

from pathlib import Path

from django.conf import settings

from scoring.ml.model import folder

SHIPPED = (Path(settings.BASE_DIR) / "ml_artifacts").glob("demo-*")


def test_one_model_is_shipped_whole_labelled_as_a_demo_and_not_suspect() -> None:
    (path,) = SHIPPED
    model = folder.load(path)
    assert model.is_demo is True
    assert model.manifest.failed_checks == ()
