"""What would change a refusal is true, honest and small, for a thousand refusals."""

import numpy as np
import pytest

from scoring.ml.whatif.counterfactuals import (
    LEAST_CREDIT,
    MARGIN,
    MOST_FIELDS,
    MOST_FOUND,
    MOST_INSTALMENT,
    distance,
    search,
)
from scoring.ml.whatif.editable import BY_NAME
from scoring.ml.whatif.request import problems, translated
from tests.conftest import HOME_CREDIT
from tests.scoring.whatif import refusals

REFUSALS = 1_000
MAY_MOVE = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "FLAG_DOCUMENT_")


@pytest.fixture(scope="module")
def synthetic():
    records, target = refusals.synthetic(1_000)
    return refusals.SmallModel(records, target), records


def is_honest(record, changes) -> bool:
    return all(
        then < record[name]
        if name in ("AMT_CREDIT", "AMT_GOODS_PRICE")
        else then <= record[name] * MOST_INSTALMENT
        if name == "AMT_ANNUITY"
        else (record[name], then) == (0, 1)
        for name, then in changes.items()
    )


def violations(model, record, found) -> list[str]:
    """What is wrong with what was found for one refusal, in words."""
    wrong = []
    for one in found:
        request = translated(record, one.asked)
        checks = {
            "across the threshold with its margin": model.of({**record, **one.changes})
            <= model.threshold * (1 - MARGIN),
            "the probability told": model.of({**record, **one.changes}) == one.probability,
            "few fields": 1 <= len(one.changes) <= MOST_FIELDS,
            "nothing else moves": all(name.startswith(MAY_MOVE) for name in one.changes),
            "honest directions": is_honest(record, one.changes),
            "within bounds": all(BY_NAME[n].low <= v <= BY_NAME[n].high for n, v in one.changes.items()),
            "not another request": one.changes.get("AMT_CREDIT", np.inf)
            >= record["AMT_CREDIT"] * LEAST_CREDIT - BY_NAME["AMT_CREDIT"].step,
            "makes sense": not problems(request),
            "what a person would enter": dict(request.changes) == dict(one.changes),
            "its distance": one.distance == distance(record, one.changes),
        }
        wrong += [what for what, holds in checks.items() if not holds]
    sets = [frozenset(one.changes) for one in found]
    ranks = [one.rank for one in found]
    return wrong + ["distinct"] * (len(set(sets)) < len(sets)) + ["nearest first"] * (ranks != sorted(ranks))


@pytest.fixture(scope="module")
def population():
    """Real clients where they are beside the project, made-up ones elsewhere."""
    made = refusals.real(HOME_CREDIT) if HOME_CREDIT.is_dir() else refusals.synthetic()
    return refusals.SmallModel(*made), made[0]


def test_none_of_a_thousand_refusals_gets_untrue_or_dishonest_advice(population):
    model, records = population
    refused = model.refused(records)[:REFUSALS]
    assert len(refused) == REFUSALS
    found = [search(record, model.probability, model.threshold) for record in refused]
    pairs = enumerate(zip(refused, found, strict=True))
    assert {i: wrong for i, (record, one) in pairs if (wrong := violations(model, record, one))} == {}
    assert all(len(one) <= MOST_FOUND for one in found)
    # A search that finds nothing for anybody would violate nothing either.
    assert sum(bool(one) for one in found) > REFUSALS / 20


def test_the_same_question_has_the_same_answer(synthetic):
    model, records = synthetic
    record = model.refused(records)[0]
    assert search(record, model.probability, model.threshold) == search(
        record, model.probability, model.threshold
    )


def test_a_client_with_nothing_that_could_be_changed_is_told_so(synthetic):
    model, records = synthetic
    bare = {"DAYS_BIRTH": -9_000.0, "EXT_SOURCE_2": 0.01, "AMT_INCOME_TOTAL": 50_000.0}
    assert search(bare, model.probability, model.threshold) == []
    settled = {**records[0], "AMT_CREDIT": 1_000.0, "AMT_ANNUITY": 100.0, "AMT_GOODS_PRICE": 1_000.0}
    assert search(settled, lambda columns: np.ones(len(columns["AMT_CREDIT"])), 0.1) == []


def test_when_nothing_honest_helps_nothing_is_advised(synthetic):
    model, records = synthetic
    refused = model.refused(records)[0]
    assert search(refused, lambda columns: np.full(len(columns["AMT_CREDIT"]), 0.5), 0.1) == []


def test_a_lower_income_that_would_help_is_never_advised(synthetic):
    _, records = synthetic

    def likes_the_poor(columns):
        return np.where(columns["AMT_INCOME_TOTAL"] < 1_000, 0.01, 0.9)

    assert search(records[0], likes_the_poor, 0.1) == []


def test_a_document_that_exists_is_never_withheld(synthetic):
    _, records = synthetic
    given = next(record for record in records if record["FLAG_DOCUMENT_3"] == 1)

    def dislikes_documents(columns):
        return np.where(columns["FLAG_DOCUMENT_3"] == 0, 0.01, 0.9)

    assert search(given, dislikes_documents, 0.1) == []


def test_a_missing_document_alone_is_advised_before_longer_lists(synthetic):
    _, records = synthetic
    missing = next(record for record in records if record["FLAG_DOCUMENT_3"] == 0)
    found = search(missing, lambda columns: np.where(columns["FLAG_DOCUMENT_3"] == 1, 0.01, 0.9), 0.1)
    assert found[0].changes == {"FLAG_DOCUMENT_3": 1.0}


def test_what_one_narrow_gap_lets_pass_is_no_advice(synthetic):
    _, records = synthetic
    record = {**records[0], "AMT_CREDIT": 400_000.0, "AMT_GOODS_PRICE": 350_000.0, "AMT_ANNUITY": 20_000.0}

    def only_between(low, high):
        return lambda columns: np.where(
            (low <= columns["AMT_CREDIT"]) & (columns["AMT_CREDIT"] <= high), 0.01, 0.9
        )

    assert search(record, only_between(375_000, 385_000), 0.1) == []
    (found,) = [one for one in search(record, only_between(0, 385_000), 0.1) if len(one.changes) == 1]
    assert found.changes == {"AMT_CREDIT": 385_000.0}


def test_the_search_asks_for_a_bounded_number_of_rows(synthetic):
    model, records = synthetic
    asked: list[int] = []

    def counted(columns):
        asked.append(len(columns["AMT_CREDIT"]))
        return model.probability(columns)

    for record in model.refused(records)[:50]:
        asked.clear()
        search(record, counted, model.threshold)
        assert len(asked) <= 3
        assert sum(asked) <= 500
