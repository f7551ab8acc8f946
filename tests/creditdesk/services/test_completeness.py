"""An incomplete application is referred with what to complete: page, API, score, what-if, replay agree."""

import csv
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from creditdesk import services
from creditdesk.cases.scored_columns import Selection
from creditdesk.models import Assessment, Letter
from creditdesk.monitoring import replay
from creditdesk.pages.policy.comparison import VERDICTS, PolicyComparison
from creditdesk.pages.policy.terms import terms_in_force
from scoring import engine
from scoring import services as scoring_services
from scoring.ml.metrics.policy_comparison import Assumptions
from scoring.ml.model import folder
from scoring.ml.model.completeness import COMMON_FIELDS, CRITICAL_INPUTS, RULE
from scoring.ml.model.plausible_values import plausible_values
from scoring.policies import in_force
from tests.creditdesk import policies
from tests.creditdesk.api.conftest import ApiClient
from tests.factories import APPLICATION, decided
from tests.html import HTMX, Elements, case_page, plain_text
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db
FEATURES = ("EXT_SOURCE_2", "NAME_EDUCATION_TYPE", "AMT_CREDIT", "AMT_INCOME_TOTAL")
# Who enters no more than this has told the least that the form takes, and an age.
BARE: Final[dict[str, float | str]] = {
    "NAME_CONTRACT_TYPE": "Cash loans",
    "AMT_CREDIT": 12_000.0,
    "AMT_ANNUITY": 450.0,
    "AMT_INCOME_TOTAL": 32_000.0,
    "DAYS_BIRTH": -14_600.0,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model whose threshold lies between what a missing rating can lead to."""
    path = tmp_path_factory.mktemp("models")
    cell = {"n": 400, "quantiles": [-1.5, -0.5, 0.0, 0.5, 1.5], "histogram": [40] * 10}
    population = {"income_edges": [], "edges": {}, "segments": {"all": {"EXT_SOURCE_2": cell}}}
    entries: dict[str, Any] = {"features": FEATURES, "population": population}
    model = folder.load(tiny_model(path, name="probe", **entries))
    records = [
        {**BARE, "EXT_SOURCE_2": value, "NAME_EDUCATION_TYPE": "Higher education"}
        for value in plausible_values(model, "EXT_SOURCE_2", BARE)
    ]
    chances = model.score(model.rows(records)).probability
    tiny_model(path, name="undecided", **entries, threshold=float(chances.min() + chances.max()) / 2)
    return path


@pytest.fixture
def undecided(db, settings, models: Path) -> None:
    settings.ML_ARTIFACTS = models
    version = scoring_services.register(name="undecided", by=None)
    scoring_services.activate(version=version, by=None, reason="")


@pytest.fixture
def case(undecided, case_of):
    return case_of("advisor", application={**dict.fromkeys(APPLICATION), **BARE})


def stored() -> Any:
    """The newest assessment, read back from the database."""
    return Assessment.objects.latest("pk")


def as_stored(row: Assessment, **other: Any) -> Assessment:
    """A copy of a stored assessment that differs in some columns."""
    columns = [field.attname for field in Assessment._meta.concrete_fields if not field.primary_key]
    return Assessment.objects.create(**{**{name: getattr(row, name) for name in columns}, **other})


def test_little_input_is_a_referral_that_names_what_to_complete(case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored()
    assert row.verdict == "refer"
    assert set(row.missing) == {
        "EXT_SOURCE_2",
        "NAME_EDUCATION_TYPE",
    }
    assert row.refer_reason == f"incomplete: {', '.join(row.missing)}"
    assert row.completeness_rule == RULE
    assert row.completion["low"] < row.threshold <= row.completion["high"]
    assert [name for name, _ in row.completion["fields"]] == row.missing
    assert [reason.feature for reason in row.shown_reasons] == row.missing


def test_page_api_score_what_if_and_replay_agree(case, person, client_as, tmp_path, api_client_of):
    advisor = client_as("advisor")
    case_page(advisor, case)
    page = stored()
    sent = api_client_of("advisor").post("predict", {"application": BARE}).json()
    tried = Elements(
        advisor.post(reverse("case_simulate", args=[case.reference]), headers=HTMX).content.decode()
    )
    (simulated,) = tried.having("data-simulation")
    (hint,) = tried.having("data-simulated-missing")
    line = scored(tmp_path)
    assert {page.verdict, sent["verdict"], simulated["data-simulation"], line["verdict"]} == {"refer"}
    assert {
        page.probability,
        sent["probability"],
        float(simulated["data-simulated-probability"]),
        float(line["probability"]),
    } == {page.probability}
    assert page.missing == sent["missing"] == hint["data-simulated-missing"].split()
    by_api = stored()
    assert by_api.completion == page.completion
    assert list(replay.differences(Assessment.objects.all())) == []


@pytest.fixture
def api_client_of(person):
    from accounts.api_keys.lifecycle import create_key

    return lambda name: ApiClient(*create_key(owner=person(name), name="test", by=None))


def scored(path: Path) -> dict[str, str]:
    """The line of the same client in a folder."""
    (path / "folder").mkdir()
    row = {"SK_ID_CURR": 7, **BARE}
    table = pa.table({name: [value] for name, value in row.items()})
    pq.write_table(table, path / "folder" / "application_test.parquet")
    call_command("score", str(path / "folder"), "--out", str(path / "scores.csv"))
    with (path / "scores.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    return line


def test_a_batch_of_the_api_answers_as_a_single_request(undecided, api_client_of):
    api = api_client_of("advisor")
    single = api.post("predict", {"application": BARE}).json()
    (item,) = api.post("predict/batch", {"items": [{"application": BARE}]}).json()["items"]
    assert (item["verdict"], item["missing"]) == (single["verdict"], single["missing"])
    first, second = Assessment.objects.order_by("pk")
    assert first.completion == second.completion


def test_completing_the_missing_inputs_gives_a_verdict(undecided, case_of, person):
    filled = {"EXT_SOURCE_2": 0.5, "NAME_EDUCATION_TYPE": "Higher education"}
    case = case_of("advisor", application={**dict.fromkeys(APPLICATION), **BARE, **filled})
    services.assess(case=case, by=person("advisor"))
    row = stored()
    assert row.verdict in {"accept", "refuse"}
    assert (row.missing, row.completion) == ([], None)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Complete these, then assess again", "External credit rating 2", "the probability can lie"]),
        ("fr", ["À compléter, puis à évaluer", "Note de crédit externe n° 2", "la probabilité peut se"]),
    ],
)
def test_the_page_lists_what_to_complete(case, client_as, language, words):
    html = case_page(client_as("advisor"), case, **{"Accept-Language": language})
    assert 'data-verdict="refer"' in html
    assert all(text in plain_text(html) for text in words)
    named = [item["data-missing"] for item in Elements(html).having("data-missing")]
    assert named == stored().missing


def test_an_assessment_of_the_release_before_keeps_its_rule(case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored()
    older: dict[str, Any] = {
        "completeness_rule": None,
        "completion": None,
        "missing": [],
        "refer_reason": "",
        "reasons": [],
    }
    verdict = "refuse" if row.probability >= row.threshold else "accept"
    before = as_stored(row, **older, verdict=verdict, contributions=b"")
    assert list(replay.differences(Assessment.objects.filter(pk=before.pk))) == []
    named: dict[str, Any] = {**older, "completeness_rule": RULE}
    other = as_stored(row, **named, verdict=verdict, contributions=b"")
    (difference,) = replay.differences(Assessment.objects.filter(pk=other.pk))
    assert difference.what == f"verdict {verdict}, recomputed refer"
    assert CRITICAL_INPUTS < RULE


def test_an_assessment_of_the_rule_before_has_no_range_beside_a_verdict(undecided, case_of, person):
    case = case_of("advisor", application={**dict.fromkeys(APPLICATION), **BARE, "EXT_SOURCE_2": 0.1})
    services.assess(case=case, by=person("advisor"))
    row = stored()
    assert (row.verdict, row.missing) == ("refuse", [])
    assert row.probability > row.completion["low"]
    before = as_stored(row, completion=None, completeness_rule=COMMON_FIELDS)
    assert list(replay.differences(Assessment.objects.all())) == []
    as_stored(before, completeness_rule=RULE)
    (difference,) = replay.differences(Assessment.objects.all())
    assert difference.what == "what the missing inputs can change"


def test_the_policy_desk_shows_the_verdict_that_each_case_gets_once_the_policy_is_published(
    undecided, case_of, person
):
    """Verdicts of both policies on every case, against those of assessments under them."""
    advisor, manager = person("advisor"), person("manager")
    applications: list[dict[str, Any]] = [
        {}, {"EXT_SOURCE_2": 0.1}, {"EXT_SOURCE_2": 0.5}, {"EXT_SOURCE_2": 0.9}, {"AMT_INCOME_TOTAL": None},
        {"NAME_EDUCATION_TYPE": "Higher education"}, {"NAME_EDUCATION_TYPE": "Lower secondary"},
        {"EXT_SOURCE_2": 0.5, "NAME_EDUCATION_TYPE": "Higher education"},
    ]  # fmt: skip
    cases = [
        case_of("advisor", application={**dict.fromkeys(APPLICATION), **BARE, **it}) for it in applications
    ]
    for case in cases:
        services.assess(case=case, by=advisor)
    model = engine.current()
    ends = sorted({0.02, 0.98, *(end for row in Assessment.objects.all() for end in range_of(row))})
    middles = [(low + high) / 2 for low, high in pairwise(ends)]
    incomplete = set()
    for below, above in [*((middle, middle) for middle in middles), (middles[1], middles[-2])]:
        bounds = {"accept_below": below, "refuse_from": above, "refers_everybody": below < above}
        terms = policies.terms(**bounds)
        current = terms_in_force(model, in_force())
        assert current
        desk = PolicyComparison(current, terms, Selection(), Assumptions(), manager)
        keys = desk.columns.rows["case"].tolist()
        before, after = (dict(zip(keys, map(VERDICTS.get, side), strict=True)) for side in desk.verdicts)
        assert before == {case.pk: case.latest_assessment.verdict for case in cases}
        policies.published(manager, person("admin"), **bounds)
        given = {case.pk: services.assess(case=case, by=advisor) for case in cases}
        assert after == {key: row.verdict for key, row in given.items()}, (below, above)
        incomplete.add(tuple(sorted(key for key, row in given.items() if row.missing)))
    # Which cases are incomplete depends on the terms.
    assert len(incomplete) > 2


def range_of(row: Assessment) -> tuple[float, ...]:
    return (row.completion["low"], row.completion["high"]) if row.completion else ()


def test_a_replay_finds_another_range(case, person):
    services.assess(case=case, by=person("advisor"))
    row = stored()
    as_stored(row, completion={**row.completion, "low": 0.0})
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("replay_assessments")


def test_no_letter_of_refusal_is_offered_for_an_incomplete_application(case, person, client_as):
    services.assess(case=case, by=person("advisor"))
    case.latest_assessment = stored()
    decided(case, "refuse", override=True)
    advisor = client_as("advisor")
    html = case_page(advisor, case)
    assert reverse("case_letter", args=[case.reference]) not in html
    assert "ask the client for what is missing" in html
    response = advisor.get(reverse("case_letter", args=[case.reference]), {"language": "en"})
    assert response.status_code == 409
    assert "incomplete" in response.content.decode()
    assert not Letter.objects.exists()
