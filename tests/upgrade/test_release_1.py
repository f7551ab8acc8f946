"""A database and a model folder that release 1 made, in the hands of this release."""

import csv
import json
import re
import sqlite3
from pathlib import Path

import pytest

from scoring.ml.features.packing import unpack
from tests.upgrade.release_1 import MADE, Desk, decrypted, unpacked

pytestmark = pytest.mark.xdist_group("upgrade")

# Django's own registers, and the log, which records that the earlier rows are sealed.
MAY_GROW = {
    "accounts_auditevent",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "sqlite_sequence",
}
# Evidence, and the words of people: every column must read as release 1 wrote it.
EVIDENCE = (
    "accounts_auditevent",
    "creditdesk_assessment",
    "creditdesk_contest",
    "creditdesk_counterfactualsearch",
    "creditdesk_decision",
    "creditdesk_escalation",
    "creditdesk_letter",
    "creditdesk_note",
    "creditdesk_scenario",
    "creditdesk_shadowscore",
    "creditdesk_storedanswer",
    "scoring_activation",
    "scoring_alert",
    "scoring_challengerappointment",
    "scoring_comparison",
    "scoring_driftreport",
    "scoring_proposal",
    "scoring_suspension",
    "scoring_trainingclients",
)


@pytest.fixture(autouse=True)
def keys_of_release_1(settings) -> None:
    settings.WRAPPING_KEYS = [f"audit:{json.loads((MADE / 'settings.json').read_text())['AUDIT_KEY']}"]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk as release 1 left it."""
    return unpacked(tmp_path_factory.mktemp("release_1"))


@pytest.fixture(scope="module")
def after(before: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk after this release has migrated it."""
    desk = before.copied_to(tmp_path_factory.mktemp("migrated") / "desk")
    done = desk.manage("migrate", "--no-input")
    assert done.returncode == 0, done.stderr
    return desk


def scores(path: Path) -> dict[str, tuple[float, str, str]]:
    """Probability, verdict and version by reference."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["SK_ID_CURR"]: (float(row["probability"]), row["verdict"], row["model_version"])
            for row in csv.DictReader(file)
        }


def test_a_migration_neither_adds_nor_loses_a_row(before: Desk, after: Desk) -> None:
    had = {name: rows for name, rows in before.counts().items() if name not in MAY_GROW}
    has = after.counts()
    assert {name: has.get(name) for name in had} == had
    assert all(before.counts()[table] for table in EVIDENCE)


@pytest.mark.parametrize("table", EVIDENCE)
def test_evidence_reads_as_it_was_written(before: Desk, after: Desk, table: str) -> None:
    columns = before.tables()[table]
    written = before.rows(table, columns)
    assert after.words(table, columns)[: len(written)] == written


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("creditdesk_client", "name"),
        ("creditdesk_note", "text"),
        ("creditdesk_decision", "reason"),
        ("creditdesk_contest", "words"),
        ("creditdesk_letter", "text"),
        ("creditdesk_assessment", "inputs"),
        ("creditdesk_draft", "answers"),
    ],
)
def test_no_word_about_a_client_stays_in_the_file(before: Desk, after: Desk, table: str, column: str) -> None:
    words = [str(text).encode() for (text,) in before.rows(table, [column]) if text and text != "{}"]
    assert words
    assert any(text in before.database.read_bytes() for text in words)
    files = [after.database, after.database.with_name("desk.sqlite3-wal")]
    content = b"".join(file.read_bytes() for file in files if file.exists())
    assert [text for text in words if text in content] == []
    assert [text for (text,) in after.words(table, [column]) if text and text != "{}"] == [
        text.decode() for text in words
    ]


def test_profiles_read_as_they_were_written(before: Desk, after: Desk) -> None:
    query = "SELECT case_id, {}, history_rows, digest FROM creditdesk_profile ORDER BY case_id"
    with before.opened() as old, after.opened() as new:
        stored = old.execute(query.format("application, history")).fetchall()
        packed = new.execute(query.format("packed_inputs")).fetchall()
    keys = after.data_keys()
    read = [
        (case, *unpack(decrypted(row, "creditdesk_profile.packed_inputs", keys)), *remaining)
        for case, row, *remaining in packed
    ]
    assert any(json.loads(history) for _, _, history, *_ in stored)
    assert read == [
        (case, json.loads(application), json.loads(history), *remaining)
        for case, application, history, *remaining in stored
    ]


def test_packed_profiles_go_back_to_the_release_before(before: Desk, after: Desk, tmp_path: Path) -> None:
    desk = after.copied_to(tmp_path / "desk")
    done = desk.manage("migrate", "creditdesk", "0010")
    assert done.returncode == 0, done.stderr
    query = "SELECT case_id, application, history FROM creditdesk_profile ORDER BY case_id"
    with before.opened() as old, desk.opened() as new:
        was, now = (
            [(case, json.loads(application), json.loads(history)) for case, application, history in rows]
            for rows in (old.execute(query), new.execute(query))
        )
    assert now == was


def test_the_log_grows_by_the_seals_of_earlier_rows_alone(before: Desk, after: Desk) -> None:
    had = before.counts()["accounts_auditevent"]
    added = after.rows("accounts_auditevent", ["action"])[had:]
    assert added
    assert {action for (action,) in added} == {"rows_covered"}


def test_the_cases_of_release_1_are_marked_as_pending_or_closed(before: Desk, after: Desk) -> None:
    closing = "SELECT DISTINCT case_id FROM creditdesk_decision WHERE status = 'final' AND outcome <> 'refer'"
    with before.opened() as old, after.opened() as new:
        closed = {case for (case,) in old.execute(closing)}
        cases = {case for (case,) in old.execute("SELECT id FROM creditdesk_case")}
        pending = {case for (case,) in new.execute("SELECT id FROM creditdesk_case WHERE is_pending")}
    assert closed
    assert pending == cases - closed
    done = after.manage("verify_pending_cases")
    assert done.returncode == 0, done.stderr


def test_evidence_still_cannot_be_rewritten_or_removed(before: Desk, after: Desk) -> None:
    query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    with before.opened() as old, after.opened() as new:
        guards = set(old.execute(query))
        assert guards
        assert guards <= set(new.execute(query))
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            new.execute("UPDATE accounts_auditevent SET actor = 'nobody' WHERE sequence = 1")


def test_the_audit_chain_of_release_1_is_intact(after: Desk) -> None:
    done = after.manage("verify_audit")
    assert done.returncode == 0, done.stderr
    assert str(after.counts()["accounts_auditevent"]) in done.stdout


def test_an_altered_audit_event_of_release_1_is_found(after: Desk, tmp_path: Path) -> None:
    desk = after.copied_to(tmp_path / "desk")
    with desk.opened() as database:
        database.execute("DROP TRIGGER accounts_auditevent_no_update")
        database.execute("UPDATE accounts_auditevent SET actor = 'nobody' WHERE sequence = 100")
    done = desk.manage("verify_audit")
    assert done.returncode == 1
    assert "event 100" in done.stderr


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("creditdesk_decision", "outcome = 'refer'"),
        ("creditdesk_note", "text = 'x'"),
        ("accounts_user", "role = 'admin'"),
    ],
)
def test_an_altered_row_of_release_1_is_named(after: Desk, tmp_path: Path, table: str, change: str) -> None:
    desk = after.copied_to(tmp_path / "desk")
    with desk.opened() as database:
        for verb in ("update", "rewrite", "change_once_read"):
            database.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        database.execute(f"UPDATE {table} SET {change} WHERE id = 1")
    done = desk.manage("verify_audit")
    assert done.returncode == 1
    assert f"row 1 of {table}: it was changed since event" in done.stderr


def test_a_replay_reproduces_every_verdict_of_release_1(after: Desk) -> None:
    with after.opened() as database:
        query = "SELECT count(*), count(DISTINCT model_digest) FROM creditdesk_assessment"
        scored, models = database.execute(f"{query} WHERE model_digest <> ''").fetchone()
    assert (scored > 0, models) == (True, 2)
    done = after.manage("replay_assessments")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"\d+", done.stdout)[0] == str(scored)


@pytest.mark.parametrize(
    ("version", "chosen"),
    [("release-1", ()), ("release-1-plain", ("--model", "release-1-plain"))],
    ids=["in use", "challenger"],
)
def test_a_model_of_release_1_scores_as_it_did(
    after: Desk, tmp_path: Path, version: str, chosen: tuple[str, ...]
) -> None:
    out = tmp_path / "scores.csv"
    done = after.manage("score", str(after.place / "clients"), "--out", str(out), *chosen)
    assert done.returncode == 0, done.stderr
    then, now = scores(after.place / "scores" / f"{version}.csv"), scores(out)
    assert now.keys() == then.keys()
    for reference, (probability, *verdict_and_version) in then.items():
        assert now[reference][0] == pytest.approx(probability, abs=1e-9)
        assert now[reference][1:] == tuple(verdict_and_version)
