"""An erased client's name in no file of a desk, and what a backup of before still tells whom."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pytest
from django.db import connection

from tests.desk_process import DeskProcess, empty_desk, migrated_desk

pytestmark = pytest.mark.xdist_group("desk_process")

REFERENCE = "900001"
WORDS = ("Ambroise", "Quillefeu", "Bréhal")
OLD, NEW = "the wrapping key of the day of the backup", "the wrapping key after it"


@pytest.fixture(scope="module")
def desk(django_db_setup, tmp_path_factory) -> Iterator[DeskProcess]:
    """A desk with work and papers about a client, who is erased between two backups of the schedule."""
    place = tmp_path_factory.mktemp("erased")
    backups = place / "backups"
    backups.mkdir()
    extra = {"WRAPPING_KEY": OLD, "BACKUP_DESTINATION": str(backups), "LOG_LEVEL": "DEBUG"}
    with migrated_desk(place / "desk", **extra) as desk:
        for arguments in (
            ["seed", "work", "papers"],
            ["backup", str(backups / "before")],
            ["erase_client", REFERENCE, "--by", "manager", "--approved-by", "admin"],
            ["backup", "--into", str(backups)],
        ):
            name, *rest = arguments
            if name == "seed":
                desk.seed(*rest)
                assert_found(desk)
                continue
            done = desk.manage(*arguments)
            assert done.returncode == 0, done.stderr
            (place / f"{name}.log").write_text(done.stdout + done.stderr)
        yield desk


def assert_found(desk: DeskProcess) -> None:
    """The search below finds names where there are some: in the index of a desk that has not erased."""
    assert desk.one_value("SELECT count(*) FROM creditdesk_nameword WHERE text = 'quillefeu'") == 1
    if connection.vendor == "sqlite":
        assert any("quillefeu" in spelling for _, spelling in traces(desk.place))


def spellings() -> set[bytes]:
    """The words as bytes: with and without accents, composed and not, in each case, as databases, JSON and
    other encodings write them."""
    forms = set(WORDS) | {unicodedata.normalize("NFD", word) for word in WORDS}
    bare = {unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode() for word in WORDS}
    words = {cased for word in forms | bare for cased in (word, word.lower(), word.upper())}
    codings = ("utf-8", "utf-16-le", "unicode_escape")
    latin = {
        word.encode("latin-1", "replace")
        for word in words
        if len(word) == len(word.encode("latin-1", "replace"))
    }
    return {word.encode(coding) for word in words for coding in codings} | latin


def content_of(path: Path) -> bytes:
    if path.suffix == ".zst":
        with pyarrow.CompressedInputStream(pyarrow.OSFile(str(path)), "zstd") as stream:
            return bytes(stream.read())
    return path.read_bytes()


def traces(folder: Path) -> list[tuple[str, str]]:
    """Files in which a word of the name stands, in any spelling; compressed ones opened first."""
    return [
        (path.name, spelling.decode("latin-1").casefold())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for spelling in spellings()
        if spelling in content_of(path)
    ]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a PostgreSQL server has files of its own")
def test_no_file_of_the_desk_holds_the_name_neither_do_backups_logs_or_the_proof(desk):
    files = [path for path in desk.place.parent.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"desk.sqlite3", "audit.anchor", "audit.anchor.erased", "manifest.json", "erased-keys"} <= names
    assert {"database.sqlite3.zst", "files.tar.zst", "backup.log", "erase_client.log"} <= names
    assert traces(desk.place.parent) == []


def test_a_backup_holds_no_name_in_plain_not_even_of_the_index(desk):
    assert traces(desk.place.parent / "backups" / "before") == []


def test_an_old_backup_forgets_again_by_the_list_beside_the_backups(desk, tmp_path):
    """On another machine, with the keys of the day: erased clients stay erased, and others are found."""
    with empty_desk(tmp_path / "elsewhere", WRAPPING_KEY=OLD) as elsewhere:
        done = elsewhere.manage("restore", str(desk.place.parent / "backups" / "before"))
        assert done.returncode == 0, done.stderr
        assert "Erased again: 1 data keys" in done.stdout
        assert "3 drafts and stored answers" in done.stdout
        assert "No list of erased keys" not in done.stderr
        assert elsewhere.one_value("SELECT count(*) FROM creditdesk_erasure") == 1
        assert elsewhere.one_value("SELECT count(*) FROM creditdesk_draft") == 0
        assert elsewhere.one_value("SELECT count(*) FROM creditdesk_nameword WHERE text = 'testamant'") == 1
        assert elsewhere.one_value("SELECT count(*) FROM creditdesk_indexedname") == 6
        assert (elsewhere.place / "audit.anchor.erased").read_text().split()
        assert elsewhere.manage("verify_audit").returncode == 0
        if connection.vendor == "sqlite":
            assert traces(elsewhere.place) == []


def test_an_old_backup_opens_for_nobody_once_the_wrapping_key_is_rotated_and_the_old_one_destroyed(
    desk, tmp_path
):
    before = tmp_path / "before"
    before.symlink_to(desk.place.parent / "backups" / "before")
    with empty_desk(tmp_path / "of-the-day", WRAPPING_KEY=OLD) as of_the_day:
        done = of_the_day.manage("restore", str(before))
        # What has to be told: copy and key together still open the words, and the command says so.
        assert done.returncode == 0, done.stderr
        assert "No list of erased keys" in done.stderr
        assert of_the_day.one_value("SELECT count(*) FROM creditdesk_nameword WHERE text = 'quillefeu'") == 1
    rotated = desk.manage("rotate_wrapping_key", WRAPPING_KEY=NEW, WRAPPING_OLD_KEYS=OLD)
    assert rotated.returncode == 0, rotated.stderr
    assert desk.manage("replay_assessments", WRAPPING_KEY=NEW).returncode == 0
    with empty_desk(tmp_path / "afterwards", WRAPPING_KEY=NEW) as afterwards:
        done = afterwards.manage("restore", str(before))
        assert (done.returncode, afterwards.is_empty()) == (1, True)
        assert "was wrapped by a key that is neither WRAPPING_KEY" in done.stderr
        assert "Traceback" not in done.stderr
        assert traces(afterwards.place) == []
