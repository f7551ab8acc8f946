"""The same numbers, bit for bit, from page, API, batch and score command."""

import csv
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from creditdesk import services
from creditdesk.models import Assessment, Case

CLIENTS = 1_000


@pytest.mark.django_db
def test_a_thousand_clients_have_one_number_each(api_client, person, tmp_path):
    folder, scores = tmp_path / "portfolio", tmp_path / "scores.csv"
    call_command("make_portfolio", folder, clients=CLIENTS, seed=11)
    api = api_client("advisor")
    call_command("import_portfolio", folder, advisor="advisor")
    call_command("score", folder, out=scores)
    with scores.open(newline="") as lines:
        scored = {row["SK_ID_CURR"]: row for row in csv.DictReader(lines)}
    batch = answers_of_one_batch(api, list(scored))
    assert len(scored) == CLIENTS
    for case in Case.objects.select_related("profile"):
        page = assessment_on_the_page(case, api.key.owner)
        single = api.post("predict", {"reference": case.reference}).json()
        expected = (float(scored[case.reference]["probability"]), scored[case.reference]["verdict"])
        assert (page.probability, page.verdict) == expected
        assert (single["probability"], single["verdict"]) == expected
        assert (batch[case.reference]["probability"], batch[case.reference]["verdict"]) == expected
        assert single["assessment_id"] == page.pk


def answers_of_one_batch(api, references: list[str]) -> dict[str, dict[str, Any]]:
    """Scored in one pass, by another path than pages and single requests."""
    answer = api.post(
        "predict/batch", {"items": [{"reference": reference} for reference in references]}
    ).json()
    return {item["reference"]: item for item in answer["items"]}


def assessment_on_the_page(case: Case, advisor: User) -> Assessment:
    return services.standing_assessment(case) or services.assess(case=case, by=advisor)
