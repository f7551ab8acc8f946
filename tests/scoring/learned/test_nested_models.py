from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.history import all_tables
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.learned.family import Family
from scoring.ml.learned.learned_features import Fitted, Plain
from scoring.ml.learned.nested_models import COUNTS, FEWEST_OF_A_KIND, Nested
from scoring.ml.learned.small_boosters import Trees
from tests.scoring.features.profiles import Columns, made_up, rows, same_bits

CLIENTS = 1_200
TELLS = "BURO_DAYS_CREDIT_mean"
NAMES = {table: f"NESTED_{table.upper()}" for table in COUNTS}


def history_in(*tables: str) -> Columns:
    """Clients with a history in these tables and no other; the days of their loans elsewhere vary."""
    own = {
        feature.name for part in all_tables.PARTS if part.needs[0] in tables for feature in part.aggregates
    }
    columns = {name: values for name, values in made_up(CLIENTS).items() if name in own}
    return {**columns, TELLS: -np.random.default_rng(2).uniform(0, 3_000, CLIENTS)}


def outcomes(columns: Columns) -> NDArray[np.float64]:
    """The newer the loans elsewhere, the more often a client defaulted."""
    risk = np.where(columns[TELLS] > -1_000, 0.5, 0.1)
    return (np.random.default_rng(4).random(CLIENTS) < risk).astype(float)


TWO = history_in("bureau", "credit_card_balance")
TARGET = outcomes(TWO)


def plain(columns: Columns) -> Plain:
    return lambda names: feature_matrix(columns, names)


def learned(columns: Columns, target: NDArray[np.float64]) -> Fitted:
    return Fitted.learn(["nested"], plain(columns), target, {})


def told(fitted: Fitted, columns: Columns, table: str) -> NDArray[np.float64]:
    return fitted.values(plain(columns))[:, fitted.names.index(NAMES[table])]


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return learned(TWO, TARGET)


@pytest.fixture(scope="module")
def family(fitted: Fitted) -> Family:
    return fitted.families[0]


def test_every_history_table_has_its_score_and_its_count() -> None:
    assert [part.needs[0] for part in all_tables.PARTS] == list(COUNTS)
    assert [feature.name for feature in Nested.features] == list(NAMES.values())
    for part in all_tables.PARTS:
        assert COUNTS[part.needs[0]] in {feature.name for feature in part.aggregates}
        assert catalogue.BY_NAME[NAMES[part.needs[0]]].table == part.needs[0]


@pytest.mark.parametrize(("days", "sign"), [(-100.0, 1), (-2_500.0, -1)])
def test_a_table_that_tells_of_defaults_tells_of_those_of_others(
    fitted: Fitted, days: float, sign: int
) -> None:
    asked = {**TWO, TELLS: np.full(CLIENTS, days)}
    assert sign * np.nanmedian(told(fitted, asked, "bureau")) > 0.2


@pytest.mark.parametrize("half", [0, 1])
def test_a_clients_own_outcome_does_not_reach_its_own_scores(fitted: Fitted, half: int) -> None:
    before = fitted.own(plain(TWO))
    scores = (~np.isnan(before)).sum(axis=1)
    client = int(np.flatnonzero((scores == 2) & (np.arange(CLIENTS) % 2 == half))[0])
    turned = TARGET.copy()
    turned[client] = 1 - turned[client]
    after = learned(TWO, turned).own(plain(TWO))
    assert same_bits(after[client], before[client])
    assert not same_bits(after, before)


def test_scores_of_ones_own_are_of_half_of_the_trees(fitted: Fitted, family: Family) -> None:
    assert isinstance(family, Nested)
    column = fitted.names.index(NAMES["bureau"])
    first, second = (trees.values(feature_matrix(TWO, trees.names)) for trees in family.trees["bureau"])
    own, mean = fitted.own(plain(TWO))[:, column], fitted.values(plain(TWO))[:, column]
    known = ~np.isnan(own)
    others = np.where(np.arange(CLIENTS) % 2 == 0, second, first)
    assert np.array_equal(own[known], others[known])
    assert np.array_equal(mean[known], ((first + second) / 2)[known])


@pytest.mark.parametrize("count", [0.0, np.nan])
def test_a_client_without_rows_in_a_table_gets_no_score_from_it(fitted: Fitted, count: float) -> None:
    without = {**TWO, "BURO_LOANS_count": np.full(CLIENTS, count)}
    assert np.isnan(told(fitted, without, "bureau")).all()
    assert same_bits(told(fitted, without, "credit_card_balance"), told(fitted, TWO, "credit_card_balance"))


def test_a_client_with_rows_gets_a_score(fitted: Fitted) -> None:
    known = TWO["CARD_MONTHS_count"] > 0
    assert np.array_equal(~np.isnan(told(fitted, TWO, "credit_card_balance")), known)


def test_a_table_that_nobody_has_gives_no_score_and_leaves_the_others(fitted: Fitted) -> None:
    values = fitted.values(plain(made_up(20)))
    known = {name for name, column in zip(fitted.names, values.T, strict=True) if not np.isnan(column).all()}
    assert known == {NAMES["bureau"], NAMES["credit_card_balance"]}


def test_without_any_history_nothing_is_learned() -> None:
    columns = {name: values for name, values in made_up(CLIENTS).items() if name in ("AMT_CREDIT",)}
    assert learned(columns, TARGET).families == ()


def test_a_table_in_which_all_clients_are_alike_teaches_nothing() -> None:
    alike = {
        name: np.ones(CLIENTS)
        for name, feature in catalogue.BY_NAME.items()
        if feature.table == "bureau" and name in TWO
    }
    assert learned(alike, TARGET).families == ()


def test_too_few_clients_teach_nothing() -> None:
    few = rows(TWO, slice(300))
    assert learned(few, TARGET[:300]).families == ()


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_too_few_outcomes_of_a_kind_teach_nothing(outcome: float) -> None:
    target = np.full(CLIENTS, outcome)
    target[:FEWEST_OF_A_KIND] = 1 - outcome
    assert learned(TWO, target).families == ()


def test_one_client_and_all_of_them_get_the_same_bits(fitted: Fitted) -> None:
    whole = fitted.values(plain(TWO))
    for row in (0, 7, CLIENTS - 1):
        assert same_bits(fitted.values(plain(rows(TWO, [row]))), whole[[row]])


def test_what_was_packed_says_the_same(fitted: Fitted) -> None:
    again = Fitted.restore(fitted.pack())
    assert again.families[0].reads == fitted.families[0].reads
    assert same_bits(again.values(plain(TWO)), fitted.values(plain(TWO)))
    assert same_bits(again.own(plain(TWO)), fitted.own(plain(TWO)))


def test_the_same_clients_teach_the_same(fitted: Fitted) -> None:
    assert learned(TWO, TARGET).pack() == fitted.pack()


def test_only_what_its_trees_use_is_asked_for(fitted: Fitted, family: Family) -> None:
    asked: list[str] = []

    def watched(names: Any) -> NDArray[np.float64]:
        asked.extend(names)
        return feature_matrix(TWO, names)

    fitted.matrix(watched, ["AMT_CREDIT", NAMES["bureau"]])
    assert sorted(asked) == sorted({"AMT_CREDIT", *family.reads})
    assert len(family.reads) < 80 < len(family.inputs)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: {},
        lambda kept: {"bureau_0": kept["bureau_0"]},
        lambda kept: {**kept, "bureau_1": np.frombuffer(b"nonsense", dtype=np.uint8)},
        lambda kept: {**kept, "bureau_1": np.array([255], dtype=np.uint8)},
        lambda kept: {**kept, "elsewhere_0": kept["bureau_0"]},
        lambda kept: {**kept, "bureau_2": kept["bureau_0"]},
        lambda kept: {**kept, "bureau_1": kept["credit_card_balance_1"]},
    ],
    ids=[
        "nothing",
        "half of it",
        "no trees",
        "no text",
        "another table",
        "a third half",
        "columns of another table",
    ],
)
def test_nonsense_is_refused(family: Family, spoil: Any) -> None:
    with pytest.raises((KeyError, ValueError)):
        Nested.restore(spoil(family.arrays()))


def test_trees_keep_the_names_of_their_columns() -> None:
    matrix = np.random.default_rng(1).random((400, 2))
    trees = Trees.of_odds(matrix, matrix[:, 1].round(), ("first", "second"), (), rounds=3)
    again = Trees.restore(trees.bytes())
    assert tuple(again.names) == ("first", "second")
    assert again.gains[1] > again.gains[0]
