from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.features.history import all_tables
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.learned.family import Arrays, FeatureFamily
from scoring.ml.learned.learned_features import LearnedFeatures, PlainFeatures
from scoring.ml.learned.nested_models import MIN_CLIENTS_PER_OUTCOME, ROW_COUNTS, NestedModels
from scoring.ml.learned.small_boosters import SmallBooster
from tests.scoring.features.profiles import Columns, made_up, rows, same_bits

CLIENTS = 1_200
RISK_FACTOR = "BURO_DAYS_CREDIT_mean"
NAMES = {table: f"NESTED_{table.upper()}" for table in ROW_COUNTS}


def history_in(*tables: str) -> Columns:
    """Clients with a history in these tables and no other; the days of their loans elsewhere vary."""
    names = {
        feature.name
        for history in all_tables.TABLE_HISTORIES
        if history.table in tables
        for feature in history.aggregates
    }
    columns = {name: values for name, values in made_up(CLIENTS).items() if name in names}
    return {**columns, RISK_FACTOR: -np.random.default_rng(2).uniform(0, 3_000, CLIENTS)}


def outcomes(columns: Columns) -> NDArray[np.float64]:
    """The newer the loans elsewhere, the more often a client defaulted."""
    risk = np.where(columns[RISK_FACTOR] > -1_000, 0.5, 0.1)
    return (np.random.default_rng(4).random(CLIENTS) < risk).astype(float)


TWO_TABLES = history_in("bureau", "credit_card_balance")
TARGET = outcomes(TWO_TABLES)


def plain(columns: Columns) -> PlainFeatures:
    return lambda names: feature_matrix(columns, names)


def fit(columns: Columns, target: NDArray[np.float64]) -> LearnedFeatures:
    return LearnedFeatures.fit(["nested"], plain(columns), target, {})


def scores_of(fitted: LearnedFeatures, columns: Columns, table: str) -> NDArray[np.float64]:
    return fitted.transform(plain(columns))[:, fitted.names.index(NAMES[table])]


@pytest.fixture(scope="module")
def fitted() -> LearnedFeatures:
    return fit(TWO_TABLES, TARGET)


@pytest.fixture(scope="module")
def family(fitted: LearnedFeatures) -> FeatureFamily:
    return fitted.families[0]


def test_every_history_table_has_its_score_and_its_count() -> None:
    assert [history.table for history in all_tables.TABLE_HISTORIES] == list(ROW_COUNTS)
    assert [feature.name for feature in NestedModels.features] == list(NAMES.values())
    for history in all_tables.TABLE_HISTORIES:
        assert ROW_COUNTS[history.table] in {feature.name for feature in history.aggregates}
        assert catalogue.BY_NAME[NAMES[history.table]].table == history.table


@pytest.mark.parametrize(("days", "sign"), [(-100.0, 1), (-2_500.0, -1)])
def test_a_table_related_to_default_predicts_that_of_other_clients(
    fitted: LearnedFeatures, days: float, sign: int
) -> None:
    clients = {**TWO_TABLES, RISK_FACTOR: np.full(CLIENTS, days)}
    assert sign * np.nanmedian(scores_of(fitted, clients, "bureau")) > 0.2


@pytest.mark.parametrize("half", [0, 1])
def test_cross_fitted_scores_do_not_depend_on_the_clients_own_outcome(
    fitted: LearnedFeatures, half: int
) -> None:
    before = fitted.cross_fitted(plain(TWO_TABLES))
    scores = (~np.isnan(before)).sum(axis=1)
    client = int(np.flatnonzero((scores == 2) & (np.arange(CLIENTS) % 2 == half))[0])
    flipped = TARGET.copy()
    flipped[client] = 1 - flipped[client]
    after = fit(TWO_TABLES, flipped).cross_fitted(plain(TWO_TABLES))
    assert same_bits(after[client], before[client])
    assert not same_bits(after, before)


def test_cross_fitted_scores_are_those_of_the_other_half(
    fitted: LearnedFeatures, family: FeatureFamily
) -> None:
    assert isinstance(family, NestedModels)
    column = fitted.names.index(NAMES["bureau"])
    first, second = (
        booster.predict(feature_matrix(TWO_TABLES, booster.names)) for booster in family.boosters["bureau"]
    )
    cross_fitted = fitted.cross_fitted(plain(TWO_TABLES))[:, column]
    transformed = fitted.transform(plain(TWO_TABLES))[:, column]
    present = ~np.isnan(cross_fitted)
    other_half = np.where(np.arange(CLIENTS) % 2 == 0, second, first)
    assert np.array_equal(cross_fitted[present], other_half[present])
    assert np.array_equal(transformed[present], ((first + second) / 2)[present])


@pytest.mark.parametrize("count", [0.0, np.nan])
def test_a_client_without_rows_in_a_table_has_no_score_of_it(fitted: LearnedFeatures, count: float) -> None:
    without = {**TWO_TABLES, "BURO_LOANS_count": np.full(CLIENTS, count)}
    assert np.isnan(scores_of(fitted, without, "bureau")).all()
    assert same_bits(
        scores_of(fitted, without, "credit_card_balance"),
        scores_of(fitted, TWO_TABLES, "credit_card_balance"),
    )


def test_a_client_with_rows_has_a_score(fitted: LearnedFeatures) -> None:
    has_rows = TWO_TABLES["CARD_MONTHS_count"] > 0
    assert np.array_equal(~np.isnan(scores_of(fitted, TWO_TABLES, "credit_card_balance")), has_rows)


def test_a_table_without_clients_has_no_scores_and_the_others_have(fitted: LearnedFeatures) -> None:
    values = fitted.transform(plain(made_up(20)))
    columns = zip(fitted.names, values.T, strict=True)
    assert {name for name, column in columns if not np.isnan(column).all()} == {
        NAMES["bureau"],
        NAMES["credit_card_balance"],
    }


def test_without_any_history_nothing_is_fitted() -> None:
    columns = {name: values for name, values in made_up(CLIENTS).items() if name in ("AMT_CREDIT",)}
    assert fit(columns, TARGET).families == ()


def test_a_table_of_constant_columns_has_no_model() -> None:
    alike = {
        name: np.ones(CLIENTS)
        for name, feature in catalogue.BY_NAME.items()
        if feature.table == "bureau" and name in TWO_TABLES
    }
    assert fit(alike, TARGET).families == ()


def test_too_few_clients_fit_nothing() -> None:
    few = rows(TWO_TABLES, slice(300))
    assert fit(few, TARGET[:300]).families == ()


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_too_few_clients_of_one_outcome_fit_nothing(outcome: float) -> None:
    target = np.full(CLIENTS, outcome)
    target[:MIN_CLIENTS_PER_OUTCOME] = 1 - outcome
    assert fit(TWO_TABLES, target).families == ()


def test_a_client_alone_and_among_others_has_the_same_bits(fitted: LearnedFeatures) -> None:
    transformed = fitted.transform(plain(TWO_TABLES))
    for row in (0, 7, CLIENTS - 1):
        assert same_bits(fitted.transform(plain(rows(TWO_TABLES, [row]))), transformed[[row]])


def test_a_packed_family_restores_to_the_same_bits(fitted: LearnedFeatures) -> None:
    again = LearnedFeatures.restore(fitted.pack())
    assert again.families[0].required_inputs == fitted.families[0].required_inputs
    assert same_bits(again.transform(plain(TWO_TABLES)), fitted.transform(plain(TWO_TABLES)))
    assert same_bits(again.cross_fitted(plain(TWO_TABLES)), fitted.cross_fitted(plain(TWO_TABLES)))


def test_the_same_clients_fit_the_same(fitted: LearnedFeatures) -> None:
    assert fit(TWO_TABLES, TARGET).pack() == fitted.pack()


def test_only_the_columns_of_its_boosters_are_computed(
    fitted: LearnedFeatures, family: FeatureFamily
) -> None:
    computed: list[str] = []

    def recorded(names: Sequence[str]) -> NDArray[np.float64]:
        computed.extend(names)
        return feature_matrix(TWO_TABLES, names)

    fitted.matrix(recorded, ["AMT_CREDIT", NAMES["bureau"]])
    assert sorted(computed) == sorted({"AMT_CREDIT", *family.required_inputs})
    assert len(family.required_inputs) < 80 < len(family.inputs)


@pytest.mark.parametrize(
    "damage",
    [
        lambda arrays: {},
        lambda arrays: {"bureau_0": arrays["bureau_0"]},
        lambda arrays: {**arrays, "bureau_1": np.frombuffer(b"nonsense", dtype=np.uint8)},
        lambda arrays: {**arrays, "bureau_1": np.array([255], dtype=np.uint8)},
        lambda arrays: {**arrays, "elsewhere_0": arrays["bureau_0"]},
        lambda arrays: {**arrays, "bureau_2": arrays["bureau_0"]},
        lambda arrays: {**arrays, "bureau_1": arrays["credit_card_balance_1"]},
    ],
    ids=[
        "nothing",
        "half of it",
        "no booster",
        "no text",
        "another table",
        "a third half",
        "columns of another table",
    ],
)
def test_damaged_arrays_are_refused(family: FeatureFamily, damage: Callable[[Arrays], Arrays]) -> None:
    with pytest.raises((KeyError, ValueError)):
        NestedModels.restore(damage(family.arrays()))


def test_a_restored_booster_keeps_the_names_of_its_columns() -> None:
    matrix = np.random.default_rng(1).random((400, 2))
    booster = SmallBooster.fit_log_odds(matrix, matrix[:, 1].round(), ("first", "second"), (), rounds=3)
    again = SmallBooster.restore(booster.bytes())
    assert tuple(again.names) == ("first", "second")
    assert again.gains[1] > again.gains[0]
