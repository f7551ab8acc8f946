"""Counterfactuals are true, honest and small, for a thousand refusals."""

import numpy as np
import pytest

from scoring.ml.whatif.counterfactuals import (
    MARGIN,
    MAX_COLUMNS,
    MAX_COUNTERFACTUALS,
    MAX_INSTALMENT_RATIO,
    MIN_CREDIT_SHARE,
    distance,
    search,
)
from scoring.ml.whatif.editable import BY_NAME
from scoring.ml.whatif.request import translate
from scoring.ml.whatif.rules import problems
from tests.folders import HOME_CREDIT
from tests.scoring.whatif import refusals

REFUSALS = 1_000
CHANGEABLE = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "FLAG_DOCUMENT_")


@pytest.fixture(scope="module")
def synthetic():
    records, target = refusals.synthetic(1_000)
    return refusals.SmallModel(records, target), records


def is_honest(record, changes) -> bool:
    return all(
        value < record[name]
        if name in ("AMT_CREDIT", "AMT_GOODS_PRICE")
        else value <= record[name] * MAX_INSTALMENT_RATIO
        if name == "AMT_ANNUITY"
        else (record[name], value) == (0, 1)
        for name, value in changes.items()
    )


def violations(model, record, counterfactuals) -> list[str]:
    """List the promises that the counterfactuals of one refusal break."""
    broken = []
    for counterfactual in counterfactuals:
        changes = counterfactual.changes
        request = translate(record, counterfactual.entered)
        checks = {
            "below the threshold by the margin": model.of({**record, **changes})
            <= model.threshold * (1 - MARGIN),
            "true probability": model.of({**record, **changes}) == counterfactual.probability,
            "few columns": 1 <= len(changes) <= MAX_COLUMNS,
            "no other column": all(name.startswith(CHANGEABLE) for name in changes),
            "honest directions": is_honest(record, changes),
            "within bounds": all(BY_NAME[n].low <= v <= BY_NAME[n].high for n, v in changes.items()),
            "not another request": changes.get("AMT_CREDIT", np.inf)
            >= record["AMT_CREDIT"] * MIN_CREDIT_SHARE - BY_NAME["AMT_CREDIT"].step,
            "makes sense": not problems(request),
            "same changes when entered": dict(request.changes) == dict(changes),
            "true distance": counterfactual.distance == distance(record, changes),
        }
        broken += [promise for promise, holds in checks.items() if not holds]
    sets = [frozenset(counterfactual.changes) for counterfactual in counterfactuals]
    ranks = [counterfactual.rank for counterfactual in counterfactuals]
    return broken + ["distinct"] * (len(set(sets)) < len(sets)) + ["nearest first"] * (ranks != sorted(ranks))


@pytest.fixture(scope="module")
def population():
    """Real clients where their data is present, made-up ones elsewhere."""
    records, target = refusals.real(HOME_CREDIT) if HOME_CREDIT.is_dir() else refusals.synthetic()
    return refusals.SmallModel(records, target), records


def test_counterfactuals_of_a_thousand_refusals_are_true_and_honest(population):
    model, records = population
    refused = model.refused(records)[:REFUSALS]
    assert len(refused) == REFUSALS
    results = [search(record, model.probability, model.threshold) for record in refused]
    pairs = enumerate(zip(refused, results, strict=True))
    assert {
        index: broken
        for index, (record, counterfactuals) in pairs
        if (broken := violations(model, record, counterfactuals))
    } == {}
    assert all(len(counterfactuals) <= MAX_COUNTERFACTUALS for counterfactuals in results)
    # A search that finds nothing for anybody would violate nothing either.
    assert sum(bool(counterfactuals) for counterfactuals in results) > REFUSALS / 20


def test_the_same_record_has_the_same_counterfactuals(synthetic):
    model, records = synthetic
    record = model.refused(records)[0]
    assert search(record, model.probability, model.threshold) == search(
        record, model.probability, model.threshold
    )


def test_a_record_without_changeable_columns_has_no_counterfactual(synthetic):
    model, records = synthetic
    bare = {"DAYS_BIRTH": -9_000.0, "EXT_SOURCE_2": 0.01, "AMT_INCOME_TOTAL": 50_000.0}
    assert search(bare, model.probability, model.threshold) == []
    smallest = {**records[0], "AMT_CREDIT": 1_000.0, "AMT_ANNUITY": 100.0, "AMT_GOODS_PRICE": 1_000.0}
    assert search(smallest, lambda columns: np.ones(len(columns["AMT_CREDIT"])), 0.1) == []


def test_a_refusal_that_no_honest_change_turns_has_no_counterfactual(synthetic):
    model, records = synthetic
    refused = model.refused(records)[0]
    assert search(refused, lambda columns: np.full(len(columns["AMT_CREDIT"]), 0.5), 0.1) == []


def test_a_lower_income_that_would_help_is_never_advised(synthetic):
    _, records = synthetic

    def prefers_low_incomes(columns):
        return np.where(columns["AMT_INCOME_TOTAL"] < 1_000, 0.01, 0.9)

    assert search(records[0], prefers_low_incomes, 0.1) == []


def test_a_document_that_exists_is_never_withheld(synthetic):
    _, records = synthetic
    given = next(record for record in records if record["FLAG_DOCUMENT_3"] == 1)

    def prefers_missing_documents(columns):
        return np.where(columns["FLAG_DOCUMENT_3"] == 0, 0.01, 0.9)

    assert search(given, prefers_missing_documents, 0.1) == []


def test_a_missing_document_alone_is_advised_before_longer_lists(synthetic):
    _, records = synthetic
    missing = next(record for record in records if record["FLAG_DOCUMENT_3"] == 0)
    counterfactuals = search(
        missing, lambda columns: np.where(columns["FLAG_DOCUMENT_3"] == 1, 0.01, 0.9), 0.1
    )
    assert counterfactuals[0].changes == {"FLAG_DOCUMENT_3": 1.0}


def test_a_credit_that_only_one_narrow_gap_lets_pass_is_no_counterfactual(synthetic):
    _, records = synthetic
    record = {**records[0], "AMT_CREDIT": 400_000.0, "AMT_GOODS_PRICE": 350_000.0, "AMT_ANNUITY": 20_000.0}

    def only_between(low, high):
        return lambda columns: np.where(
            (low <= columns["AMT_CREDIT"]) & (columns["AMT_CREDIT"] <= high), 0.01, 0.9
        )

    assert search(record, only_between(375_000, 385_000), 0.1) == []
    counterfactuals = search(record, only_between(0, 385_000), 0.1)
    (shortest,) = [result for result in counterfactuals if len(result.changes) == 1]
    assert shortest.changes == {"AMT_CREDIT": 385_000.0}


def test_the_search_scores_a_bounded_number_of_rows(synthetic):
    model, records = synthetic
    batches: list[int] = []

    def counted(columns):
        batches.append(len(columns["AMT_CREDIT"]))
        return model.probability(columns)

    for record in model.refused(records)[:50]:
        batches.clear()
        search(record, counted, model.threshold)
        assert len(batches) <= 3
        assert sum(batches) <= 500
