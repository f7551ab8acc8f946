"""Page about the model, open to every role."""

from html import unescape

import pytest

from scoring import engine, services
from scoring.ml.features import catalogue
from scoring.ml.model import json_codec
from tests.creditdesk.policies import BAND, published
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def explained_model(settings, tmp_path):
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    services.activate(version=services.register(name="explained-1", by=None), by=None, reason="")


def page(browser, **headers) -> str:
    return unescape(browser.get("/about-the-model/", headers=headers).content.decode())


@pytest.mark.parametrize("name", ["advisor", "analyst", "admin"])
def test_groups_are_listed_by_importance(client_as, explained_model, name):
    html = page(client_as(name))
    places = [html.index(f'<th scope="row">{words.en}</th>') for words in catalogue.GROUPS.values()]
    assert places == sorted(places)  # The test model's groups matter in the order of the catalogue.


def test_unused_columns_are_listed_in_both_languages(client_as, explained_model):
    browser = client_as("advisor")
    assert "<li>Sex</li>" in page(browser)
    assert "<li>Sexe</li>" in page(browser, **{"Accept-Language": "fr"})


def test_the_threshold_and_its_costs_are_shown_in_words(client_as, explained_model):
    html = page(client_as("advisor"))
    assert "From a probability of 10.0% on" in html
    assert "not paid back as 10 and a good client refused as 1" in html


def test_a_band_that_keeps_a_limit_is_not_described_as_the_cheapest_threshold(
    client_as, person, settings, tmp_path
):
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="banded-1", explain=True, refer_band=json_codec.encode(BAND))
    services.activate(version=services.register(name="banded-1", by=None), by=None, reason="")
    published(
        person("manager"),
        person("admin"),
        threshold_rule="risk_control",
        accept_below=BAND.accept_below,
        refuse_from=BAND.refuse_from,
    )
    html = " ".join(page(client_as("advisor")).split())
    assert "From a probability of 10.5% on" in html
    assert "costs together were smallest" not in html
    assert "so that at most 4.0% of those accepted without a person default" in html
    french = " ".join(page(client_as("advisor"), **{"Accept-Language": "fr"}).split())
    assert "4,0 % de ceux qui sont acceptés sans examen fassent défaut" in french.replace(
        "\xa0", " "
    ).replace("\u202f", " ")


def test_no_raw_feature_name_is_shown(client_as, explained_model):
    html = page(client_as("advisor"))
    assert not [feature.name for feature in catalogue.FEATURES if feature.name in html]


def test_missing_importance_is_reported(client_as, model_in_use):
    assert engine.current().explainer is None
    assert "is not available" in page(client_as("advisor"))


def test_without_a_model_people_decide_alone(client_as, db):
    assert "looked at by a person alone" in page(client_as("advisor"))


def test_what_only_ever_helps_or_hurts_is_listed_in_both_languages(client_as, settings, tmp_path):
    def direction(name: str, sign: int, *, is_denied: bool = False):
        return {"feature": name, "sign": sign, "is_denied": is_denied, "default_rates": [0.1, 0.05]}

    listed = [
        direction("EXT_SOURCE_2", -1),
        direction("ANNUITY_TO_INCOME", 1),
        # Stored as days before the application, negative: a higher value is a shorter time.
        direction("DAYS_EMPLOYED", 1),
        direction("EXT_SOURCE_3", -1, is_denied=True),
    ]
    change = {"value": 0.0, "low": -0.001, "high": 0.001}
    section = {"is_imposed": True, "log_loss_change": change, "clients": 400, "features": listed}
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="directed-1", explain=True, directions=section)
    services.activate(version=services.register(name="directed-1", by=None), by=None, reason="")
    html = page(client_as("advisor"))
    helps, hurts = html.split("never raises the probability:")[1].split("never lowers the probability:")
    assert "External credit rating 2" in helps.split("</p>")[0]
    assert "Instalment as a share of income" in hurts.split("</p>")[0]
    assert "Time in the current job" in helps.split("</p>")[0]
    assert "Time in the current job" not in hurts.split("</p>")[0]
    assert "External credit rating 3" not in helps.split("</p>")[0] + hurts.split("</p>")[0]
    assert "n’augmente jamais la probabilité" in page(client_as("advisor"), **{"Accept-Language": "fr"})


def test_without_imposed_directions_no_feature_is_listed_as_one_way(client_as, explained_model):
    assert "only ever helps" not in page(client_as("advisor"))
