import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.features.derive import feature_matrix
from scoring.ml.features.feature import Unit
from scoring.ml.features.formula import Profile
from scoring.ml.features.frames import CATEGORIES, columns_of
from scoring.ml.tables.catalogue import TABLES, column
from tests.scoring.features.profiles import made_up

GIVES_SEX_OR_FAMILY_AWAY = ("CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE")


def records_with(answers):
    """Five made-up clients who also gave these answers."""
    clients = made_up(5, missing=0)
    return [{**{name: values[row] for name, values in clients.items()}, **answers} for row in range(5)]


def test_there_are_at_least_350_features_and_every_table_contributes():
    assert len(catalogue.FEATURES) >= 350
    assert {feature.table for feature in catalogue.FEATURES} == set(TABLES)


def test_every_feature_has_a_name_of_its_own_a_reason_and_words_in_both_languages():
    assert len(catalogue.BY_NAME) == len(catalogue.FEATURES)
    for feature in catalogue.FEATURES:
        assert feature.group in catalogue.GROUPS
        assert feature.label.en
        assert feature.label.fr


def test_no_two_derived_features_share_their_words():
    for language in ("en", "fr"):
        words = [getattr(derived.feature.label, language) for derived in catalogue.DERIVED]
        assert len(words) == len(set(words))


def test_every_reason_has_a_feature():
    assert set(catalogue.GROUPS) == {feature.group for feature in catalogue.FEATURES}


def test_main_and_critical_features_are_in_the_catalogue():
    assert {*catalogue.MAIN, *catalogue.CRITICAL} <= set(catalogue.BY_NAME)


@pytest.mark.parametrize("name", GIVES_SEX_OR_FAMILY_AWAY)
def test_sex_and_family_status_change_no_feature(name):
    answers = column("application", name).categories or (1.0, 2.0, 11.0)
    matrices = [feature_matrix(columns_of(records_with({name: answer}))) for answer in answers]
    assert len(matrices) > 1
    assert all(np.array_equal(matrix, matrices[0], equal_nan=True) for matrix in matrices)


@pytest.mark.parametrize("name", GIVES_SEX_OR_FAMILY_AWAY)
def test_no_formula_can_read_sex_or_family_status(name):
    profile = Profile(made_up(2), 2, catalogue.CLEANINGS, catalogue.FORMULAS)
    with pytest.raises(AttributeError):
        profile.given(name)
    with pytest.raises(AttributeError):
        getattr(profile, name)


def test_maternity_leave_is_read_as_working():
    leave, work = (
        feature_matrix(columns_of(records_with({"NAME_INCOME_TYPE": answer})))
        for answer in ("Maternity leave", "Working")
    )
    assert np.array_equal(leave, work, equal_nan=True)
    assert "Maternity leave" not in catalogue.BY_NAME["NAME_INCOME_TYPE"].categories


def test_a_category_is_coded_by_its_place_in_the_catalogue():
    for name, feature in catalogue.BY_NAME.items():
        if name in CATEGORIES:
            words = [*feature.categories, "never seen", None]
            codes = feature_matrix({name: np.array(words, dtype=object)}, [name])[:, 0]
            expected = [*range(len(feature.categories)), np.nan, np.nan]
            np.testing.assert_array_equal(codes, expected)


def test_categories_and_only_they_have_vocabularies():
    for feature in catalogue.FEATURES:
        assert bool(feature.categories) == (feature.unit is Unit.CATEGORY)
