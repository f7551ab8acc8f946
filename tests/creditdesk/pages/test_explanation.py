"""Explanation of a probability on the case page: it adds up, and can be read without scripts."""

import math
import re

import numpy as np
import pytest

from creditdesk import services
from creditdesk.models import Assessment, Case
from creditdesk.pages.case.explanation import explanation
from creditdesk.pages.case.waterfall import MAX_GROUP_STEPS
from creditdesk.pages.case.waterfall import waterfall as group_waterfall
from scoring import engine
from scoring import services as versions
from scoring.ml.features import catalogue
from scoring.ml.features.frames import columns_of
from scoring.ml.model.calibration import Calibration, Method
from tests.factories import corrected
from tests.html import HTMX, Elements, case_page, plain_text
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def explained_model(settings, tmp_path):
    """A model in use with calibration, reference ranges, similar clients and an ensemble of three."""
    settings.ML_ARTIFACTS = tmp_path
    platt = {"method": "platt", "a": 0.9, "b": -0.2}
    tiny_model(tmp_path, name="explained-1", explain=True, calibration=platt)
    version = versions.register(name="explained-1", by=None)
    versions.activate(version=version, by=None, reason="")
    return engine.current()


@pytest.fixture
def case(case_of, explained_model) -> Case:
    return case_of("advisor", history={"BURO_LOANS_count": 2.0}, history_rows={"bureau": 2})


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def fragment(browser, case, path, target):
    return case_page(browser, case, path, **HTMX, **{"HX-Target": target})


def waterfall(html):
    return Elements(html).having("data-start")[0]


def figures(html):
    """The displayed numbers of the waterfall, from its start to its end."""
    table = html[html.index("data-start=") :]
    cells = re.findall(r'<td class="number">([+−]?[\d.]+)', table[: table.index("</table>")])
    return [float(cell.replace("−", "-")) for cell in cells]


def test_base_value_and_contributions_add_up_to_the_score(advisor, case):
    shown = waterfall(case_page(advisor, case, "why/"))
    stored = Assessment.objects.get(case=case)
    parts = [item.contribution for item in stored.feature_contributions()]
    assert float(shown["data-base"]) == stored.base_value
    assert float(shown["data-score"]) == math.fsum((stored.base_value, *parts))
    model = engine.current()
    raw = model.score(model.matrix(columns_of([case.profile.record]))).raw[0]
    assert float(shown["data-score"]) == pytest.approx(raw, abs=1e-9)


def test_waterfall_steps_add_up_to_the_probability(advisor, case):
    html = case_page(advisor, case, "why/")
    shown, stored = waterfall(html), Assessment.objects.get(case=case)
    assert stored.probability is not None
    calibration = engine.current().calibration
    assert float(shown["data-start"]) == calibration.probability(np.array([stored.base_value]))[0]
    assert float(shown["data-end"]) == pytest.approx(stored.probability, abs=1e-12)
    parts = [float(step["data-part"]) for step in Elements(html).having("data-part")]
    assert math.fsum(parts) == pytest.approx(stored.probability - float(shown["data-start"]), abs=1e-12)


@pytest.mark.parametrize("unit", ["", "?unit=log-odds"])
def test_rounded_steps_add_up_to_the_rounded_end(advisor, case, unit):
    *parts, end = figures(case_page(advisor, case, f"why/{unit}"))
    assert len(parts) == 10
    assert sum(parts) == pytest.approx(end, abs=1e-9)


def test_groups_without_a_step_of_their_own_do_not_hide_one_another():
    amounts = [*np.linspace(0.9, 0.2, MAX_GROUP_STEPS).tolist(), 0.1, -0.08, 0.05, 0.0]
    sums = dict(zip(sorted(catalogue.GROUPS), amounts, strict=False))
    shown = group_waterfall(sums, base=-2.0, total=-2.0 + math.fsum(amounts), calibration=None)
    assert [step.direction for step in shown.steps[MAX_GROUP_STEPS:]] == ["refuse", "accept"]
    assert [step.change for step in shown.steps[MAX_GROUP_STEPS:]] == pytest.approx([0.15, -0.08])
    assert shown.down == "0.080"


def test_log_odds_are_shown_on_demand(advisor, case):
    shown = waterfall(fragment(advisor, case, "why/?unit=log-odds", "explanation"))
    assert float(shown["data-start"]) == float(shown["data-base"])
    assert float(shown["data-end"]) == float(shown["data-score"])


def test_every_group_is_listed_once_and_expands_into_its_features(advisor, case):
    html = case_page(advisor, case, "why/?unit=log-odds")
    groups = [element["data-group"] for element in Elements(html).having("data-group")]
    assert sorted(groups) == sorted(catalogue.GROUPS)
    features = fragment(advisor, case, "why/?group=income", f"group-{'income'}")
    labels = [f.label.en for f in catalogue.FEATURES if f.group == "income"]
    assert features.count('<th scope="row">') == len(labels)
    assert features.strip() in case_page(advisor, case, "why/?group=income")


def test_an_unknown_group_expands_into_nothing(advisor, case):
    assert "<tr class" not in fragment(advisor, case, "why/?group=<script>", "group-<script>")


def test_every_feature_effect_can_be_listed(advisor, case):
    table = fragment(advisor, case, "why/?show=reasons", "every-reason")
    assert "<html" not in table
    assert table.count('<th scope="row">') == len(engine.current().features)
    assert table.strip() in case_page(advisor, case, "why/?show=reasons")


def test_similar_clients_are_summarized_with_an_interval(advisor, case):
    text = plain_text(fragment(advisor, case, "compare/", "tabs"))
    assert "95 % interval" in text
    assert "Sex, family status and other protected facts take no part" in text


def test_too_few_similar_clients_are_not_described(advisor, case, explained_model, monkeypatch):
    object.__setattr__(explained_model.explainer, "neighbours", 19)
    html = fragment(advisor, case, "compare/", "tabs")
    assert Elements(html).having("data-similar")[0]["data-similar"] == "few"
    assert not Elements(html).having("data-rate")


def test_reasons_shared_by_the_whole_ensemble_are_stable(advisor, case):
    html = fragment(advisor, case, "why/", "tabs")
    assert Elements(html).having("data-stability")[0]["data-stability"] == "stable"
    assert "3 of 3" in plain_text(html)


@pytest.mark.parametrize(
    ("is_shared", "text"), [(True, "the same reason"), (False, "another reason instead")]
)
def test_reasons_are_compared_with_those_of_the_challenger(advisor, case, tmp_path, is_shared, text):
    """A challenger whose only feature is the date of birth has one reason at most."""
    tiny_model(tmp_path, name="other-1", features=None if is_shared else ["DAYS_BIRTH"])
    versions.appoint(version=versions.register(name="other-1", by=None), by=None, reason="To compare")
    shown = plain_text(fragment(advisor, case, "why/", "tabs"))
    assert text in shown
    assert ("another reason instead" in shown) is not is_shared


def test_missing_explainer_data_is_reported(advisor, case_of, model_in_use):
    case = case_of("advisor")
    assert "Not available" in fragment(advisor, case, "compare/", "tabs")
    assert "is not known" in fragment(advisor, case, "why/", "tabs")
    assert waterfall(case_page(advisor, case, "why/"))


def test_an_assessment_of_an_older_model_is_still_explained(
    advisor, case, person, settings, tmp_path, explained_model
):
    services.assess(case=case, by=person("advisor"))
    services.decide(
        case=case,
        assessment=Assessment.objects.get(),
        outcome=Assessment.objects.get().verdict,
        by=person("advisor"),
        reason_code="",
        reason="",
    )
    tiny_model(tmp_path, name="unexplained-1")
    versions.activate(version=versions.register(name="unexplained-1", by=None), by=None, reason="")
    shown = waterfall(case_page(advisor, case, "why/"))
    assert float(shown["data-end"]) == pytest.approx(Assessment.objects.get().probability, abs=1e-12)


def test_points_of_probability_are_back_with_the_folder_of_an_older_model(
    client_as, case_of, person, settings, tmp_path
):
    settings.ML_ARTIFACTS = tmp_path
    for name in ("older-1", "newer-1"):
        tiny_model(tmp_path, name=name, calibration={"method": "platt", "a": 0.9, "b": -0.2})
        version = versions.register(name=name, by=None)
        versions.activate(version=version, by=None, reason="")
        if name == "older-1":
            case = case_of("advisor")
            services.assess(case=case, by=person("advisor"))
    auditor, folder = client_as("auditor"), tmp_path / "older-1"
    folder.rename(tmp_path / "away")
    shown = waterfall(case_page(auditor, case, "why/"))
    assert shown["data-end"] == shown["data-score"]
    (tmp_path / "away").rename(folder)
    shown = waterfall(case_page(auditor, case, "why/"))
    assert float(shown["data-end"]) == pytest.approx(Assessment.objects.get().probability, abs=1e-12)


def test_every_main_feature_is_compared(advisor, case):
    html = case_page(advisor, case, "compare/")
    assert {element["data-main"] for element in Elements(html).having("data-main")} == set(catalogue.MAIN)


def test_the_comparison_takes_the_chosen_segment(advisor, case):
    html = case_page(advisor, case, "compare/?segment=contract:Cash loans")
    assert '<option value="contract:Cash loans" selected>' in html
    alone = fragment(advisor, case, "compare/?segment=contract:Cash loans", "comparison")
    assert alone.lstrip().startswith('<section id="comparison"')
    assert alone.strip() in html


def test_the_comparison_follows_a_correction_of_the_profile(client_as, case_of, person, settings, tmp_path):
    """What the model reads is compared as it was assessed, the other main figures as they are on file."""
    settings.ML_ARTIFACTS, case = tmp_path, case_of("advisor")
    tiny_model(tmp_path, name="narrow-1", features=["EXT_SOURCE_2", "DAYS_BIRTH"], explain=True)
    versions.activate(version=versions.register(name="narrow-1", by=None), by=None, reason="")
    services.assess(case=case, by=person("advisor"))
    auditor = client_as("auditor")
    path = "compare/?feature=AMT_INCOME_TOTAL"
    assert "123,456" not in fragment(auditor, case, path, "comparison")
    corrected(case, AMT_INCOME_TOTAL=123_456.0)
    assert "123,456" in fragment(auditor, case, path, "comparison")


def test_a_segment_without_the_client_falls_back_to_all_clients(advisor, case):
    assert '<option value="all" selected>' in case_page(advisor, case, "compare/?segment=age_band:30-39")


def test_the_distribution_marks_the_clients_bin_in_chart_and_table(advisor, case_of, explained_model):
    case = case_of("advisor", application={"EXT_SOURCE_2": 0.5})
    html = fragment(advisor, case, "compare/?feature=EXT_SOURCE_2", "comparison")
    assert Elements(html).having("data-feature")[0]["data-feature"] == "EXT_SOURCE_2"
    assert html.count("bin-client") == 1
    assert html.count('<tr class="client-row">') == 1


def test_without_contributions_the_waterfall_ends_where_it_starts(explained_model):
    without_features = explanation([], -2.0, Calibration(Method.IDENTITY), None, log_odds=False)
    assert without_features.waterfall.start == without_features.waterfall.end
    assert without_features.groups == ()
