import json
import subprocess
import sys

import pytest

from bench import results, scale
from bench.scale import Run
from bench.scale_plot import draw
from bench.timing import Measure, allocated, percentiles


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "LATEST", tmp_path / "results.json")
    monkeypatch.setattr(results, "BY_COMMIT", tmp_path / "kept")
    return tmp_path


def row(name, ratio):
    return {"name": name, "p50": 1.0, "ratio": ratio}


def test_the_table_has_a_line_for_each_figure_and_nothing_else():
    measures = [
        Measure("case page", 4.0, 6.0, 9.0, "/healthz", 2.0, allocated=512.4),
        Measure("import", 12.0, 12.0, 12.0, "DuckDB reads the files", 3.0, "s"),
    ]
    head, *lines = results.table(measures)
    assert head.split() == ["p50", "p95", "p99", "ratio", "to", "the", "floor", "allocated"]
    assert lines[0].split() == [
        "case",
        "page",
        "4.00",
        "6.00",
        "9.00",
        "ms",
        "2.0x",
        "/healthz",
        "2.00",
        "512",
        "kB",
    ]
    assert lines[1].split()[-6:] == ["4.0x", "DuckDB", "reads", "the", "files", "3.00"]
    assert len(lines) == 2


def test_percentiles_and_memory_are_those_of_the_work():
    p50, p95, p99 = percentiles(lambda size: sum(range(size)), [10] * 40)
    assert 0 < p50 <= p95 <= p99
    assert 900 < allocated(lambda size: bytearray(size), [1_000_000] * 5) < 1_100


def test_a_run_is_kept_by_its_commit_and_as_the_latest(folder):
    path = results.keep([row("case page", 4.0)])
    assert path.stem.startswith(results.commit().removesuffix("-changed"))
    for written in (path, results.LATEST):
        assert json.loads(written.read_text()) == [row("case page", 4.0)]
    assert results.results_of("HEAD") == {"case page": row("case page", 4.0)}


def test_a_run_outside_a_checkout_is_kept_too(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(results, "ROOT", tmp_path)
    assert results.keep([row("case page", 4.0)]).stem == "no-commit"


def test_two_runs_are_compared_by_their_ratios(folder):
    (folder / "kept").mkdir()
    rows = {
        "aaaa": [row("faster", 8.0), row("same", 4.0), row("slower", 2.0), row("gone", 1.0)],
        "bbbb": [row("faster", 4.0), row("same", 4.2), row("slower", 3.0), row("new", 1.0)],
    }
    for name, content in rows.items():
        (folder / "kept" / f"{name}.json").write_text(json.dumps(content))
    lines = list(results.comparison(results.results_of("aaaa"), results.results_of("bbbb")))
    assert [line.split() for line in lines[1:]] == [
        ["faster", "8.00x", "4.00x", "-50%", "faster"],
        ["same", "4.00x", "4.20x", "+5%"],
        ["slower", "2.00x", "3.00x", "+50%", "slower"],
        ["gone", "only", "before"],
        ["new", "only", "after"],
    ]


def test_a_commit_without_results_is_named_with_what_there_is(folder):
    results.keep([row("case page", 4.0)])
    with pytest.raises(SystemExit, match=r"No results of 0000000 are kept \(there are: "):
        results.results_of("0000000")


def test_the_command_says_what_it_needs():
    done = subprocess.run(
        [sys.executable, "-m", "bench.results"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "make bench-compare A B" in done.stderr


RUNS = [
    Run(scale.FLOOR, 10_000, 1.0, 1.0, 100.0),
    Run("import", 10_000, 8.0, 9.0, 400.0, disk_mb=25.0),
    Run(scale.EMPTY, 10_000, 0.002, 0.002, 150.0),
    Run(scale.SEARCH, 10_000, 0.012, 0.012, 150.0),
    Run(scale.FLOOR, 100_000, 10.0, 10.0, 200.0),
    Run("import", 100_000, 80.0, 90.0, 800.0, disk_mb=250.0),
    Run(scale.EMPTY, 100_000, 0.002, 0.002, 150.0),
    Run(scale.SEARCH, 100_000, 0.024, 0.024, 150.0),
]


def test_growth_has_a_floor_and_an_exponent():
    lines = {tuple(line.split()[:2]): line.split() for line in scale.table(RUNS)}
    assert lines["import", "100,000"][2:] == ["80.0", "s", "1,250", "800", "MB", "2,500", "8.0", "1.00"]
    searched = next(line for line in scale.table(RUNS) if line.startswith("search") and "100,000" in line)
    assert searched.split()[-2:] == ["12.0", "0.30"]


def test_the_picture_draws_every_step():
    picture = draw(scale.runs_by_step(RUNS))
    assert picture.startswith("<svg ")
    for run in RUNS:
        assert f">{run.step}</text>" in picture
    assert picture.count("<circle") == len(RUNS)


def test_a_step_that_fails_ends_the_run_with_the_address_of_its_log(tmp_path):
    with (tmp_path / "log").open("w") as log, pytest.raises(SystemExit, match=r"import at 10 clients failed"):
        scale._run("import", 10, (sys.executable, "-c", "raise SystemExit(3)"), {}, log.fileno())
