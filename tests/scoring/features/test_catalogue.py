from collections import Counter
from dataclasses import replace

import ibis
import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.features.frames import CATEGORIES, columns_of
from scoring.ml.features.history.all_tables import history
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.features.spec.formula import Profile
from scoring.ml.tables.catalogue import HISTORY, TABLES, column
from scoring.ml.tables.schema import Text
from tests.scoring.features.history_rows import schema_of
from tests.scoring.features.profiles import made_up

GIVES_SEX_OR_FAMILY_AWAY = ("CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE")


TO = ("en", "fr")


def history_of_everything():
    return history({name: ibis.table(ibis.schema(schema_of(name)), name=name) for name in HISTORY})


def records_with(answers):
    """Five made-up clients who also gave these answers."""
    clients = made_up(5, missing=0)
    return [{**{name: values[row] for name, values in clients.items()}, **answers} for row in range(5)]


# How a word is said here, and how it was once said elsewhere.
ONE_WORD = {"annuity": "instalment", "annuité": "mensualité", "External rating": "External credit rating"}


def untold(feature: Feature) -> list[str]:
    """What a feature still lacks before it can be told to a client as a reason."""
    words = (feature.label.en, feature.label.fr)
    return [
        lack
        for lack, found in {
            "a group": feature.group not in catalogue.GROUPS,
            "a table": feature.table not in TABLES,
            "words": not all(one.strip() for one in words),
            "words in two languages": words[0] == words[1],
            "finished words": any(
                odd in one for one in words for odd in ("{", "}", "  ", " ,", feature.name)
            ),
            "the usual words": any(old in one for one in words for old in ONE_WORD),
            "its categories": bool(feature.categories) != (feature.unit is Unit.CATEGORY),
        }.items()
        if found
    ]


def test_there_are_more_than_a_thousand_features_and_every_table_contributes():
    assert len(catalogue.FEATURES) > 1_000
    assert {feature.table for feature in catalogue.FEATURES} == set(TABLES)


def test_every_feature_can_be_told_as_a_reason_in_both_languages():
    assert {name: untold(feature) for name, feature in catalogue.BY_NAME.items() if untold(feature)} == {}


@pytest.mark.parametrize(
    ("lack", "change"),
    [
        ("a group", {"group": "nobody_knows"}),
        ("a table", {"table": "elsewhere"}),
        ("words", {"label": Text("Loan less income", " ")}),
        ("words in two languages", {"label": Text("Loan", "Loan")}),
        ("finished words", {"label": Text("Loan {} of income", "Prêt")}),
        ("the usual words", {"label": Text("Loan in instalments", "Prêt en annuités")}),
        ("its categories", {"unit": Unit.CATEGORY}),
    ],
)
def test_a_feature_that_cannot_be_told_is_found_out(lack, change):
    assert untold(replace(catalogue.BY_NAME["CREDIT_LESS_INCOME"], **change)) == [lack]


def test_whatever_is_computed_has_its_entry():
    aggregates = set(history_of_everything().columns) - {"SK_ID_CURR"}
    computed = {name for name in aggregates if not name.startswith("ROWS_")} | set(catalogue.FORMULAS)
    assert computed | set(catalogue.CLEANINGS) == {feature.name for feature in catalogue.FEATURES}


def test_names_and_words_belong_to_one_feature_only():
    features = catalogue.FEATURES
    for told in (
        [one.name for one in features],
        *([getattr(one.label, to) for one in features] for to in TO),
    ):
        assert [words for words, times in Counter(map(str.lower, told)).items() if times > 1] == []


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
