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

REVEALS_SEX_OR_FAMILY_STATUS = ("CODE_GENDER", "NAME_FAMILY_STATUS", "CNT_FAM_MEMBERS", "NAME_TYPE_SUITE")


LANGUAGES = ("en", "fr")


def history_of_all_tables():
    return history({name: ibis.table(ibis.schema(schema_of(name)), name=name) for name in HISTORY})


def records_with(answers):
    """Five made-up clients who also gave these answers."""
    clients = made_up(5, missing=0)
    return [{**{name: values[row] for name, values in clients.items()}, **answers} for row in range(5)]


# Earlier words, and those that replace them.
RETIRED_WORDS = {
    "annuity": "instalment",
    "annuité": "mensualité",
    "External rating": "External credit rating",
}


def defects(feature: Feature) -> list[str]:
    """List what keeps a feature from being shown to a client as a reason."""
    labels = (feature.label.en, feature.label.fr)
    return [
        defect
        for defect, is_present in {
            "a group": feature.group not in catalogue.GROUPS,
            "a table": feature.table not in TABLES,
            "a label": not all(label.strip() for label in labels),
            "labels in two languages": labels[0] == labels[1],
            "a finished label": any(
                fragment in label for label in labels for fragment in ("{", "}", "  ", " ,", feature.name)
            ),
            "the current words": any(word in label for label in labels for word in RETIRED_WORDS),
            "its categories": bool(feature.categories) != (feature.unit is Unit.CATEGORY),
        }.items()
        if is_present
    ]


def test_there_are_more_than_a_thousand_features_and_every_table_contributes():
    assert len(catalogue.FEATURES) > 1_000
    assert {feature.table for feature in catalogue.FEATURES} == set(TABLES)


def test_every_feature_can_be_shown_as_a_reason_in_both_languages():
    assert {
        name: lacking for name, feature in catalogue.BY_NAME.items() if (lacking := defects(feature))
    } == {}


@pytest.mark.parametrize(
    ("defect", "change"),
    [
        ("a group", {"group": "nobody_knows"}),
        ("a table", {"table": "elsewhere"}),
        ("a label", {"label": Text("Loan less income", " ")}),
        ("labels in two languages", {"label": Text("Loan", "Loan")}),
        ("a finished label", {"label": Text("Loan {} of income", "Prêt")}),
        ("the current words", {"label": Text("Loan in instalments", "Prêt en annuités")}),
        ("its categories", {"unit": Unit.CATEGORY}),
    ],
)
def test_a_defect_of_a_feature_is_detected(defect, change):
    assert defects(replace(catalogue.BY_NAME["CREDIT_LESS_INCOME"], **change)) == [defect]


def test_every_computed_feature_is_in_the_catalogue():
    aggregates = set(history_of_all_tables().columns) - {"SK_ID_CURR"}
    computed = {name for name in aggregates if not name.startswith("ROWS_")} | set(catalogue.FORMULAS)
    assert computed | set(catalogue.CLEANINGS) == {feature.name for feature in catalogue.FEATURES}


def test_names_and_labels_are_unique():
    features = catalogue.FEATURES
    for texts in (
        [feature.name for feature in features],
        *([getattr(feature.label, language) for feature in features] for language in LANGUAGES),
    ):
        assert [text for text, times in Counter(map(str.lower, texts)).items() if times > 1] == []


def test_every_reason_group_has_a_feature():
    assert set(catalogue.GROUPS) == {feature.group for feature in catalogue.FEATURES}


def test_main_and_critical_features_are_in_the_catalogue():
    assert {*catalogue.MAIN, *catalogue.CRITICAL} <= set(catalogue.BY_NAME)


@pytest.mark.parametrize("name", REVEALS_SEX_OR_FAMILY_STATUS)
def test_sex_and_family_status_change_no_feature(name):
    answers = column("application", name).categories or (1.0, 2.0, 11.0)
    matrices = [feature_matrix(columns_of(records_with({name: answer}))) for answer in answers]
    assert len(matrices) > 1
    assert all(np.array_equal(matrix, matrices[0], equal_nan=True) for matrix in matrices)


@pytest.mark.parametrize("name", REVEALS_SEX_OR_FAMILY_STATUS)
def test_no_formula_can_read_sex_or_family_status(name):
    profile = Profile(made_up(2), 2, catalogue.CLEANINGS, catalogue.FORMULAS)
    with pytest.raises(AttributeError):
        profile.raw(name)
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
            values = [*feature.categories, "never seen", None]
            codes = feature_matrix({name: np.array(values, dtype=object)}, [name])[:, 0]
            expected = [*range(len(feature.categories)), np.nan, np.nan]
            np.testing.assert_array_equal(codes, expected)


def test_categories_and_only_they_have_vocabularies():
    for feature in catalogue.FEATURES:
        assert bool(feature.categories) == (feature.unit is Unit.CATEGORY)
