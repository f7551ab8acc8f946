import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.portfolio import aggregates
from scoring.ml.portfolio.cells import category_margin, distinct, number_margin
from scoring.ml.portfolio.margins import MIN_CLIENTS

SMALLEST = 20


def measured():
    return json.loads(aggregates.PATH.read_text(encoding="utf-8"))


def cells_of(part):
    """What has values, points or transitions in the aggregates, with the clients behind each."""
    if isinstance(part, dict):
        if "n" in part:
            yield part
        for inner in part.values():
            yield from cells_of(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from cells_of(inner)


def test_every_committed_cell_describes_at_least_20_clients():
    counts = [count for cells in cells_of(measured()) for count in cells["n"]]
    assert len(counts) > 5_000
    # 0 stands where a rare transition between bureau statuses was left out, with its rows.
    assert all(count == 0 or count >= SMALLEST for count in counts)


def test_every_committed_value_has_its_count():
    for cells in cells_of(measured()):
        published = cells.get("values", cells.get("points", cells.get("rows")))
        assert len(published) == len(cells["n"])
        assert all(
            row == 0
            for row, count in zip(cells.get("rows", cells["n"]), cells["n"], strict=True)
            if count == 0
        )


def test_the_committed_file_stays_small():
    assert aggregates.PATH.stat().st_size < 1_000_000


def test_a_cell_of_19_clients_cannot_be_saved(tmp_path):
    with pytest.raises(aggregates.TooFewClients, match="19 clients"):
        aggregates.save({"part": {"values": [1.0], "n": [19]}}, tmp_path / "aggregates.json")
    assert not (tmp_path / "aggregates.json").exists()


@given(
    clients=st.integers(1, 400),
    rows_each=st.integers(1, 4),
    different=st.integers(1, 500),
    knots=st.integers(1, 200),
    seed=st.integers(0, 1000),
)
def test_no_number_is_published_of_fewer_than_20_clients(clients, rows_each, different, knots, seed):
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(clients), rows_each)
    values = np.where(rng.random(len(owner)) < 0.1, np.nan, rng.integers(0, different, len(owner)) * 1.5)
    margin = number_margin(values, owner, knots)
    if margin is None:
        return
    assert margin.clients.min() >= MIN_CLIENTS
    for value, exact in zip(margin.values, margin.exact, strict=True):
        if exact and not np.isnan(value):
            assert len(np.unique(owner[values == value])) >= SMALLEST


@given(seed=st.integers(0, 1000))
def test_the_extremes_of_a_continuous_column_are_never_published(seed):
    values = np.random.default_rng(seed).lognormal(10, 1, 2_000)
    margin = number_margin(values, np.arange(2_000), 60)
    assert margin is not None
    assert margin.values.min() > values.min()
    assert margin.values.max() < values.max()


def test_a_stretch_is_published_as_finely_as_20_clients_allow():
    margin = number_margin(np.linspace(1, 2, 1_000), np.arange(1_000), 500)
    assert margin is not None
    assert len(margin.values) == 50


@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_a_category_of_fewer_than_20_clients_is_left_out(sizes):
    values = np.repeat(np.array([f"group {number}" for number in range(len(sizes))], dtype=object), sizes)
    margin = category_margin(values, np.arange(len(values)), np.zeros(len(values)))
    published = set() if margin is None else set(margin.values)
    assert published == {f"group {number}" for number, size in enumerate(sizes) if size >= SMALLEST}


def test_many_rows_of_one_client_count_once():
    assert distinct(np.zeros(50, dtype=np.int64), np.full(50, 3), 1).tolist() == [1]
