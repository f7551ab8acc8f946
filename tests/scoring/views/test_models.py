import shutil
from dataclasses import replace

import pytest

from scoring import services
from scoring.ml.model import folder

pytestmark = pytest.mark.django_db


def test_a_version_shows_its_measures_with_intervals_and_who_activated_it(client_as, model_in_use):
    page = client_as("analyst").get("/models/tiny-1/").content.decode()
    assert "0.750" in page
    assert "0.740 – 0.760" in page
    assert model_in_use.digest in page
    assert "by a command" in page


def test_the_list_says_which_version_answers(client_as, model_in_use):
    page = client_as("analyst").get("/models/").content.decode()
    assert 'href="/models/tiny-1/"' in page
    assert "in use" in page


def test_a_card_cannot_bring_code_into_the_page(client_as, model_in_use, settings, tmp_path):
    where = settings.ML_ARTIFACTS / "tiny-1"
    card = (
        "# Card\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n| a | b |\n| - | - |\n| 1 | 2 |\n"
    )
    page = _with_card(client_as, settings, tmp_path, where, card)
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<td>1</td>" in page


def _with_card(client_as, settings, tmp_path, where, card):
    """The page of a copy of that version which was sealed with this card."""
    copy = tmp_path / "ml_artifacts" / "carded"
    shutil.copytree(where, copy)
    manifest = folder.read_manifest(copy)
    (copy / folder.MANIFEST).unlink()
    (copy / folder.CARD).write_text(card)
    folder.seal(copy, replace(manifest, name="carded"))
    settings.ML_ARTIFACTS = tmp_path / "ml_artifacts"
    services.register(name="carded", by=None)
    return client_as("analyst").get("/models/carded/card/").content.decode()


@pytest.mark.parametrize("name", [folder.MANIFEST, folder.CARD])
def test_an_altered_folder_is_named_instead_of_shown(client_as, model_in_use, settings, tmp_path, name):
    shutil.copytree(settings.ML_ARTIFACTS / "tiny-1", tmp_path / "ml_artifacts" / "tiny-1")
    settings.ML_ARTIFACTS = tmp_path / "ml_artifacts"
    altered = settings.ML_ARTIFACTS / "tiny-1" / name
    altered.write_text(altered.read_text() + " ")
    page = client_as("analyst").get("/models/tiny-1/").content.decode()
    assert "This version cannot be used" in page
    assert name in page
    assert "0.740" not in page


def test_a_version_that_nobody_registered_does_not_exist(client_as, model_in_use):
    for name in ("../../etc", "other"):
        page = client_as("analyst").get(f"/models/{name}/")
        assert page.status_code == 404
        assert "scoring/version.html" not in [template.name for template in page.templates]


def test_an_advisor_cannot_read_the_model_pages(client_as, model_in_use):
    for address in ("/models/", "/models/tiny-1/"):
        page = client_as("advisor").get(address)
        assert page.status_code == 403
        assert model_in_use.digest not in page.content.decode()
