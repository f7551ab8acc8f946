"""The demo models that come with the project."""

from pathlib import Path

import pytest
from django.conf import settings

from scoring.ml.model import folder

SHIPPED = sorted((Path(settings.BASE_DIR) / "ml_artifacts").glob("*/"))


def test_two_models_are_shipped_the_one_in_use_and_its_challenger() -> None:
    assert [path.name for path in SHIPPED] == ["demo-2026-11-22.2", "demo-challenger-2026-11"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_model_is_whole_labelled_as_a_demo_and_not_suspect(path: Path) -> None:
    model = folder.load(path)
    assert model.is_demo is True
    assert model.manifest.failed_checks == ()
