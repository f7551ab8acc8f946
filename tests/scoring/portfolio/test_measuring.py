"""Measuring works on any folder in the format: here on a drawn one, so that no real row is needed."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from scoring.ml.portfolio.generate import Portfolio


@pytest.fixture(scope="module")
def measured(make, tmp_path_factory) -> Path:
    """The aggregates of 3,000 drawn clients, whose payments lie in a folder of their own, as real ones."""
    whole = make(clients=3_000, seed=11)
    root = tmp_path_factory.mktemp("measured")
    ordinary = root / "ordinary"
    ordinary.mkdir()
    for path in whole.iterdir():
        if path.stem != "installments_payments":
            (ordinary / path.name).symlink_to(path)
    call_command("measure_portfolio", ordinary, whole, out=root / "aggregates.json", verbosity=0)
    written: Path = root / "aggregates.json"
    return written


def test_what_was_measured_can_be_drawn_from(measured):
    drawn = Portfolio.from_json(json.loads(measured.read_text(encoding="utf-8")))
    block = next(drawn.blocks(500, 1))
    assert len(block["application_train"]["SK_ID_CURR"]) + len(block["application_test"]["SK_ID_CURR"]) == 500
    assert all(len(next(iter(table.values()))) for table in block.values())


def test_marginals_survive_measuring(measured, portfolio):
    again = Portfolio.from_json(json.loads(measured.read_text(encoding="utf-8")))
    first, second = (next(which.blocks(4_000, 2))["application_train"] for which in (portfolio, again))
    for column in ("DAYS_BIRTH", "AMT_CREDIT", "AMT_INCOME_TOTAL", "EXT_SOURCE_2"):
        assert np.nanmedian(second[column]) == pytest.approx(np.nanmedian(first[column]), rel=0.1)
    correlation = [np.corrcoef(rows["AMT_CREDIT"], rows["AMT_ANNUITY"])[0, 1] for rows in (first, second)]
    assert correlation[0] == pytest.approx(correlation[1], abs=0.1)


def test_a_missing_table_is_named(folder, tmp_path):
    for path in folder.iterdir():
        if path.stem != "bureau":
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("measure_portfolio", tmp_path, out=tmp_path / "aggregates.json", verbosity=0)
    assert not (tmp_path / "aggregates.json").exists()
