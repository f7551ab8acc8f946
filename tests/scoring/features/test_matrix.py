import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.ml.features import catalogue
from scoring.ml.features.frames import APPLICATION, HISTORY, columns_of
from scoring.ml.features.matrix import feature_matrix
from tests.scoring.features.profiles import made_up, rows, same_bits

CLIENTS = made_up(601)
MATRIX = feature_matrix(CLIENTS)
NAMES = [feature.name for feature in catalogue.FEATURES]


@settings(deadline=None, max_examples=60)
@given(which=st.lists(st.integers(0, 600), min_size=1, max_size=40))
def test_features_of_some_clients_are_some_of_the_features(which):
    assert same_bits(feature_matrix(rows(CLIENTS, which)), MATRIX[which])


@pytest.mark.parametrize("clients", [1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 63, 65, 127, 129, 511, 600])
def test_the_number_of_clients_does_not_change_a_bit(clients):
    assert same_bits(feature_matrix(rows(CLIENTS, slice(clients))), MATRIX[:clients])


def test_the_order_of_clients_does_not_matter():
    order = np.random.default_rng(1).permutation(601)
    assert same_bits(feature_matrix(rows(CLIENTS, order)), MATRIX[order])


@settings(deadline=None, max_examples=30)
@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=12))
def test_features_requested_by_name_come_in_that_order(names):
    assert same_bits(feature_matrix(CLIENTS, names), MATRIX[:, [NAMES.index(name) for name in names]])


@settings(deadline=None, max_examples=20)
@given(absent=st.sets(st.sampled_from([*APPLICATION, *HISTORY]), max_size=200))
def test_a_column_that_is_not_there_counts_as_missing(absent):
    clients = rows(CLIENTS, slice(5))
    without = {name: values for name, values in clients.items() if name not in absent}
    emptied = columns_of([{}] * 5) | without
    assert same_bits(feature_matrix(without), feature_matrix(emptied))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0.0, 0.3, 0.9]))
def test_no_feature_is_ever_infinite(seed, missing):
    assert not np.isinf(feature_matrix(made_up(30, seed=seed, missing=missing))).any()


def test_an_empty_profile_has_counts_and_otherwise_missing_values():
    features = feature_matrix(columns_of([{}]))[0]
    present = {name for name, value in zip(NAMES, features, strict=True) if not np.isnan(value)}
    assert present == {"EXT_COUNT", "BUILDING_MISSING", "ANSWERS_MISSING"}


def test_no_history_is_missing_and_never_zero():
    application = {name: values for name, values in CLIENTS.items() if name in APPLICATION}
    fed_by_history = [
        feature.name
        for feature in catalogue.FEATURES
        if feature.table != "application" or feature.group in {"total_debt", "credit_experience"}
    ]
    assert len(fed_by_history) > 300
    assert np.isnan(feature_matrix(application, fed_by_history)).all()


def test_a_name_outside_the_catalogue_is_refused():
    with pytest.raises(AttributeError, match="CODE_GENDER"):
        feature_matrix(CLIENTS, ["CODE_GENDER"])
