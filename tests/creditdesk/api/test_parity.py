"""The same numbers, bit for bit, from page, API, batch and score command."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assessment, Case
from tests.creditdesk.policies import published

CLIENTS = 1_000


@pytest.mark.django_db
def test_a_thousand_clients_have_one_number_each(api_client, person, tmp_path):
    api = api_client("advisor")
    import_clients(tmp_path, CLIENTS)
    assert len(scored_everywhere(api, tmp_path)) == CLIENTS


@pytest.mark.django_db
def test_a_policy_is_the_same_everywhere_too(api_client, person, tmp_path):
    api = api_client("advisor")
    import_clients(tmp_path, 40)
    probabilities = sorted(probability for probability, _ in scored_everywhere(api, tmp_path).values())
    thresholds = {"accept_below": probabilities[10], "refuse_from": probabilities[30]}
    policy = published(person("manager"), person("admin"), **thresholds)
    verdicts = [verdict for _, verdict in scored_everywhere(api, tmp_path).values()]
    assert {verdict: verdicts.count(verdict) for verdict in set(verdicts)} == {
        "accept": 10,
        "refer": 20,
        "refuse": 10,
    }
    newest = Assessment.objects.filter(case__latest_assessment=F("pk"))
    assert set(newest.values_list("policy", "threshold")) == {(policy.pk, policy.refuse_from)}
    model = api.get("model").json()
    assert (model["threshold"], model["accept_below"]) == (policy.refuse_from, policy.accept_below)
    assert model["policy"] == policy.version


def import_clients(place: Path, clients: int) -> None:
    call_command("make_portfolio", place / "portfolio", clients=clients, seed=11)
    call_command("import_portfolio", place / "portfolio", advisor="advisor")


def scored_everywhere(api, place: Path) -> dict[str, tuple[float, str]]:
    """Probability and verdict by reference, the same from page, API, batch and command."""
    call_command("score", place / "portfolio", out=place / "scores.csv")
    with (place / "scores.csv").open(newline="") as lines:
        scored = {
            row["SK_ID_CURR"]: (float(row["probability"]), row["verdict"]) for row in csv.DictReader(lines)
        }
    batch = answers_of_one_batch(api, list(scored))
    for case in Case.objects.select_related("profile"):
        page = assessment_on_the_page(case, api.key.owner)
        single = api.post("predict", {"reference": case.reference}).json()
        expected = scored[case.reference]
        assert (page.probability, page.verdict) == expected
        assert (single["probability"], single["verdict"]) == expected
        assert single["threshold"] == page.threshold
        assert (batch[case.reference]["probability"], batch[case.reference]["verdict"]) == expected
        assert single["assessment_id"] == page.pk
    return scored


def answers_of_one_batch(api, references: list[str]) -> dict[str, dict[str, Any]]:
    """Scored in one pass, by another path than pages and single requests."""
    answer = api.post(
        "predict/batch", {"items": [{"reference": reference} for reference in references]}
    ).json()
    return {item["reference"]: item for item in answer["items"]}


def assessment_on_the_page(case: Case, advisor: User) -> Assessment:
    return services.standing_assessment(case) or services.assess(case=case, by=advisor)
