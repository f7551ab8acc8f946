import json
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from creditdesk import services
from creditdesk.models import Assessment
from creditdesk.reasons import v1
from creditdesk.reasons.dictionary import EDITION
from scoring import engine

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="takes SQLite's triggers away by hand")


@pytest.fixture
def assessments(model_in_use, case_of, person):
    for income in (45_000.0, 90_000.0, 450_000.0):
        services.assess(
            case=case_of("advisor", application={"AMT_INCOME_TOTAL": income}), by=person("advisor")
        )


def tamper(column: str, value: float | str | bytes) -> None:
    """Past the model and the triggers, as somebody with the database in hand would."""
    pk = Assessment.objects.order_by("pk").values_list("pk", flat=True)[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'creditdesk_assessment'"
        )
        for (trigger,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger}")
        cursor.execute(f"UPDATE creditdesk_assessment SET {column} = %s WHERE id = %s", [value, pk])


def test_every_stored_assessment_can_be_replayed(assessments, capsys):
    call_command("replay_assessments")
    assert "3 assessments replayed, all the same" in capsys.readouterr().out


def test_an_assessment_made_without_a_model_is_named_apart(case_of, person, capsys):
    services.assess(case=case_of("advisor"), by=person("advisor"))
    call_command("replay_assessments")
    assert "1 made without a model" in capsys.readouterr().out


@sqlite_only
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("probability", 0.123456, "probability 0.123456"),
        ("verdict", "refer", "verdict refer"),
        ("contributions", b"", "contributions"),
        ("reasons", "[]", "reasons"),
    ],
)
def test_a_changed_assessment_is_found_and_named(assessments, capsys, column, value, message):
    if column == "verdict":
        tamper("refer_reason", "no reason")
    tamper(column, value)
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("replay_assessments")
    assert message in capsys.readouterr().err


def test_a_model_that_is_gone_is_named_not_passed_over(assessments, settings, tmp_path, capsys):
    settings.ML_ARTIFACTS = tmp_path
    with pytest.raises(CommandError, match="3 of 3"):
        call_command("replay_assessments")
    assert "cannot be loaded" in capsys.readouterr().err


def kept_reasons() -> list[dict[str, Any]]:
    """Of the second assessment, the one that `tamper` changes."""
    return Assessment.objects.order_by("pk").values_list("reasons", flat=True)[1]


@sqlite_only
def test_one_changed_word_is_found(assessments, capsys):
    before = kept_reasons()
    tamper("reasons", json.dumps([{**before[0], "text_fr": "Le client est trop jeune."}, *before[1:]]))
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("replay_assessments")
    assert "reasons: their words" in capsys.readouterr().err


@sqlite_only
def test_reasons_worded_by_an_older_dictionary_keep_their_words(assessments, capsys):
    version = f"{EDITION}.00000000"
    older = [{**reason, "version": version, "text_en": "As it was said then."} for reason in kept_reasons()]
    tamper("reasons", json.dumps(older))
    call_command("replay_assessments")
    assert "3 assessments replayed, all the same" in capsys.readouterr().out


@sqlite_only
def test_an_older_dictionary_does_not_excuse_other_reasons(assessments, capsys):
    older = [{**reason, "version": "3.00000000"} for reason in kept_reasons()]
    tamper("reasons", json.dumps(older[1:]))
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("replay_assessments")


@sqlite_only
def test_reasons_of_the_first_edition_are_chosen_again_by_its_rule(assessments):
    assessment = Assessment.objects.order_by("pk")[1]
    features, contributions = (
        np.frombuffer(before, dtype="<f8") for before in (assessment.features, assessment.contributions)
    )
    first_edition = [
        reason.to_json() for reason in v1.reasons_for(engine.current(), features, contributions, {})
    ]
    assert len(first_edition) == 10
    tamper("reasons", json.dumps(first_edition))
    call_command("replay_assessments")
    tamper("reasons", json.dumps(first_edition[1:]))
    with pytest.raises(CommandError, match="1 of 3"):
        call_command("replay_assessments")
