"""The API guide: its curl commands run as written against a running server."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from accounts.api_keys.lifecycle import create_key
from accounts.models import AuditEvent
from creditdesk.models import Assessment, Case
from tests.factories import CaseFactory, assessed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

GUIDE: Final = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
COMMANDS: Final = [block for block in BLOCKS if block.startswith("curl ")]


@pytest.fixture
def run(live_server, model_in_use, person) -> Callable[[str], Any]:
    """Run a command of the guide in a shell, with the variables that the guide sets, and return the JSON."""
    assessed(CaseFactory(reference="500001", advisor=person("advisor")))
    _, key = create_key(owner=person("advisor"), name="guide", by=None)

    def answer(command: str) -> Any:
        done = subprocess.run(
            ["bash", "-ec", command],
            env={"API": f"{live_server.url}/api/v1", "KEY": key, "PATH": "/usr/bin:/bin:/usr/local/bin"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return answer


def shown_after(command: str) -> dict[str, Any]:
    """The answer that the guide prints below a command."""
    shown: dict[str, Any] = json.loads(BLOCKS[BLOCKS.index(command) + 1])
    return shown


def test_the_guide_shows_a_command_for_each_way_to_ask():
    paths = [re.search(r"\$API(/\S+)", command)[1] for command in COMMANDS]  # type: ignore[index]
    assert paths == ["/predict", "/predict", "/explain", "/predict/batch", "/model"]


def test_a_verdict_has_the_fields_of_the_guide_and_is_the_stored_one(run):
    answer = run(COMMANDS[0])
    assert answer.keys() == shown_after(COMMANDS[0]).keys()
    stored = Assessment.objects.get(pk=answer["assessment_id"])
    assert stored.case == Case.objects.get(reference="500001")
    assert stored.probability == answer["probability"]


def test_an_application_of_the_guide_is_scored_and_kept(run):
    answer = run(COMMANDS[1])
    stored = Assessment.objects.get(pk=answer["assessment_id"])
    assert stored.case is None
    assert stored.probability == answer["probability"]


def test_an_explanation_of_the_guide_is_the_stored_one(run):
    answer = run(COMMANDS[2])
    assert {"base_value", "contributions", "reasons"} <= answer.keys()
    stored = Assessment.objects.get(pk=answer["assessment_id"])
    in_order = sorted(np.frombuffer(bytes(stored.contributions)), key=abs, reverse=True)
    assert answer["base_value"] == stored.base_value
    assert [row["contribution"] for row in answer["contributions"]] == pytest.approx(in_order, abs=1e-12)


def test_the_batch_of_the_guide_answers_and_refuses_each_item_on_its_own(run):
    answer = run(COMMANDS[3])
    shown = shown_after(COMMANDS[3])
    assert answer["items"][0].keys() == shown["items"][0].keys()
    assert answer["items"][1] == shown["items"][1]
    assert AuditEvent.objects.filter(action="api_batch").count() == 1


def test_the_model_of_the_guide_is_the_one_in_use(run):
    assert run(COMMANDS[4]).keys() >= {"version", "digest", "trained_at", "threshold", "metrics"}
