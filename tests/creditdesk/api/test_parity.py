"""The same client, the same number: page, API, batch and score command, bit for bit."""

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
    batch = told_in_one_batch(api, list(scored))
    assert len(scored) == CLIENTS
    for case in Case.objects.select_related("profile"):
        page = as_on_the_page(case, api.key.owner)
        alone = api.post("predict", {"reference": case.reference}).json()
        expected = (float(scored[case.reference]["probability"]), scored[case.reference]["verdict"])
        assert (page.probability, page.verdict) == expected
        assert (alone["probability"], alone["verdict"]) == expected
        assert (batch[case.reference]["probability"], batch[case.reference]["verdict"]) == expected
        assert alone["assessment_id"] == page.pk


def told_in_one_batch(api, references: list[str]) -> dict[str, dict[str, Any]]:
    """Scored in one pass, apart from what pages and single questions do."""
    answer = api.post("predict/batch", {"items": [{"reference": one} for one in references]}).json()
    return {item["reference"]: item for item in answer["items"]}


def as_on_the_page(case: Case, advisor: User) -> Assessment:
    return services.standing_assessment(case) or services.assess(case=case, by=advisor)
