"""A model folder that was damaged or removed: who reads what, and what of the cases stays."""

import shutil
from pathlib import Path

import pytest
from django.test import Client as Browser

from creditdesk import services
from creditdesk.models import Assessment, Case
from scoring import engine
from scoring.ml.model import folder
from tests.html import Elements

BROKEN = "The model in use cannot be loaded"


@pytest.fixture
def damaged(settings, tmp_path, model_in_use, monkeypatch) -> Path:
    """The folder of the model in use, its trees altered after the registration."""
    shutil.copytree(settings.ML_ARTIFACTS, tmp_path / "ml_artifacts")
    settings.ML_ARTIFACTS = tmp_path / "ml_artifacts"
    path = settings.ML_ARTIFACTS / "tiny-1"
    with (path / folder.BOOSTER).open("a") as trees:
        trees.write(" ")
    monkeypatch.setattr(engine, "_champion", None)
    return path


def text_of(browser: Browser, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_damaged_model_differs_from_a_desk_without_one(client_as, damaged):
    html = text_of(client_as("advisor"), "/cases/")
    assert BROKEN in html
    assert "until an administrator activates one" not in html
    assert "Read why" not in html


@pytest.mark.parametrize("address", ["/models/", "/models/tiny-1/"])
def test_who_may_see_models_reads_which_file_is_damaged_and_what_to_do(client_as, damaged, address):
    html = text_of(client_as("analyst"), address)
    assert f"{folder.BOOSTER} was altered" in html
    assert "as it was registered" in html
    assert '<a href="/models/">Read why</a>' in html


def test_operations_name_the_damaged_file(client_as, damaged):
    page = Elements(text_of(client_as("admin"), "/operations/"))
    assert page.having("data-model-failure")
    shutil.rmtree(damaged)
    assert engine.failure() != ""


def test_a_case_keeps_the_last_verdict_of_a_model_in_sight(
    client_as, case_of, model_in_use, settings, tmp_path, monkeypatch
):
    case: Case = case_of("advisor")
    before = services.assess(case=case, by=case.advisor)
    settings.ML_ARTIFACTS = tmp_path / "nowhere"
    monkeypatch.setattr(engine, "_champion", None)
    html = text_of(client_as("advisor"), case.get_absolute_url())
    assert Assessment.objects.filter(case=case).count() == 2
    assert case.assessments.latest("pk").model_version == ""
    shown = Elements(html).having("data-last-scored")
    assert [element["data-last-scored"] for element in shown] == [str(before.pk)]
    assert f'href="/cases/{case.reference}/assessments/{before.pk}/"' in html


@pytest.mark.parametrize("language", ["en", "fr"])
def test_nobody_agrees_with_a_model_that_did_not_answer(client_as, case_of, db, language):
    address = case_of("advisor").get_absolute_url()
    response = client_as("advisor").get(address, headers={"accept-language": language})
    html = response.content.decode().partition('id="decision"')[2].partition("</section>")[0]
    without = {"en": "Without a model: Refer", "fr": "Sans modèle\u00a0: À examiner"}[language]
    assert without in html
    for words in ("Agree with the model:", "The model recommends:", "Suivre le modèle\u00a0:"):
        assert words not in html
