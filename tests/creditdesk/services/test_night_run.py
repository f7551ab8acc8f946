"""Scoring a whole folder into files: everybody, with reasons, in as many goes as it takes."""

from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditdesk.services import night_run
from creditdesk.services.night_run import RunCounts, score_into
from creditdesk.services.prediction import predict, reasons_of
from scoring.ml.features import frames
from scoring.ml.model import folder as model_folder
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.tables.checks import check
from scoring.ml.tables.files import FolderError
from scoring.ml.tables.folder import Folder, open_folder
from tests.scoring.applications import application_folder
from tests.scoring.modelfolder import tiny_model

CLIENTS = 70


@pytest.fixture
def in_small_files(monkeypatch) -> None:
    monkeypatch.setattr(night_run, "CLIENTS_PER_FILE", 20)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return application_folder(tmp_path_factory.mktemp("tables"), clients=CLIENTS, unlabelled=0)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Model:
    return model_folder.load(tiny_model(tmp_path_factory.mktemp("models"), explain=True))


def folder(path: Path) -> Folder:
    return check(open_folder(path)).folder


def run(out: Path, path: Path, model: Model) -> RunCounts:
    *_, counts = score_into(out, folder(path), model, Thresholds.single(model.threshold))
    return counts


def rows(out: Path) -> list[dict[str, Any]]:
    return pa.concat_tables(pq.read_table(file) for file in sorted(out.glob("part-*.parquet"))).to_pylist()


def test_everybody_gets_the_answer_and_the_reasons_of_the_page(path, model, tmp_path, in_small_files):
    assert run(tmp_path / "out", path, model) == RunCounts(computed=CLIENTS)
    stored = rows(tmp_path / "out")
    (batch,) = frames.profiles(folder(path))
    assert [row["SK_ID_CURR"] for row in stored] == batch.reference.tolist()
    for row, (application, history) in zip(stored, batch.records(), strict=True):
        prediction = predict(model, {**application, **history}, None)
        assert row["probability"] == prediction.probability
        assert row["verdict"] == prediction.verdict
        assert row["base_value"] == prediction.base_value
        assert list(row["contributions"].values()) == prediction.contributions.tolist()
        shown = [
            (reason.code, reason.text_en, reason.text_fr) for reason in reasons_of(model, prediction, {})
        ]
        assert [(reason["code"], reason["text_en"], reason["text_fr"]) for reason in row["reasons"]] == shown
    assert any(row["reasons"] for row in stored)


def test_a_run_that_was_stopped_goes_on_where_it_stopped(path, model, tmp_path, in_small_files):
    out = tmp_path / "out"
    list(
        islice(score_into(out, folder(path), model, Thresholds.single(model.threshold)), 3)
    )  # Two files, then killed.
    assert not (out / "_SUCCESS").exists()
    (out / ".part-000002.parquet").write_bytes(b"half")
    times = {file.name: file.stat().st_mtime_ns for file in out.glob("part-*")}
    assert run(out, path, model) == RunCounts(computed=CLIENTS - 40, stored=40)
    assert {name: (out / name).stat().st_mtime_ns for name in times} == times
    assert run(tmp_path / "whole", path, model).clients == CLIENTS
    assert rows(out) == rows(tmp_path / "whole")
    assert (out / "_SUCCESS").exists()
    assert list(out.glob(".part-*")) == []


def test_only_clients_whose_inputs_changed_are_computed_again(path, model, tmp_path, in_small_files):
    out = tmp_path / "out"
    run(out, path, model)
    changed = change_credit(path, tmp_path / "tables", rows=(4, 31))
    assert run(out, changed, model) == RunCounts(computed=2, taken=CLIENTS - 2)
    run(tmp_path / "whole", changed, model)
    assert rows(out) == rows(tmp_path / "whole")
    assert not (out / ".earlier").exists()


def test_an_incremental_run_that_was_stopped_loses_nothing(path, model, tmp_path, in_small_files):
    out = tmp_path / "out"
    run(out, path, model)
    changed = change_credit(path, tmp_path / "tables", rows=(4, 31))
    list(islice(score_into(out, folder(changed), model, Thresholds.single(model.threshold)), 2))
    counts = run(out, changed, model)
    assert counts.stored == 20
    assert counts.computed <= 2
    run(tmp_path / "whole", changed, model)
    assert rows(out) == rows(tmp_path / "whole")


def test_another_model_computes_everybody_again(path, model, tmp_path):
    out = tmp_path / "out"
    run(out, path, model)
    other = model_folder.load(tiny_model(tmp_path, name="tiny-2", threshold=0.5))
    assert run(out, path, other) == RunCounts(computed=CLIENTS)
    assert {row["model_version"] for row in rows(out)} == {"tiny-2"}


def test_a_run_that_is_complete_computes_nothing(path, model, tmp_path):
    run(tmp_path / "out", path, model)
    assert run(tmp_path / "out", path, model) == RunCounts(stored=CLIENTS)


def test_a_folder_of_something_else_is_left_alone(path, model, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(FolderError, match="holds other files"):
        run(tmp_path, path, model)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]


def test_a_full_disk_leaves_whole_files_only(path, model, tmp_path, in_small_files, monkeypatch):
    out = tmp_path / "out"
    write = pq.write_table

    def full(table: pa.Table, where: Path, **options: str) -> None:
        write(table, where, **options)
        if where.name == ".part-000001.parquet":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        run(out, path, model)
    assert sorted(file.name for file in out.iterdir()) == ["part-000000.parquet", "run.json"]
    monkeypatch.undo()
    assert run(out, path, model).stored == 20


def change_credit(path: Path, target: Path, *, rows: tuple[int, ...]) -> Path:
    target.mkdir()
    (file,) = path.iterdir()
    table = pq.read_table(file)
    credit = table["AMT_CREDIT"].to_pylist()
    for row in rows:
        credit[row] *= 2
    position = table.column_names.index("AMT_CREDIT")
    pq.write_table(table.set_column(position, "AMT_CREDIT", pa.array(credit)), target / file.name)
    return target
