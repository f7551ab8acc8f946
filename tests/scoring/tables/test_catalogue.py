import duckdb
import pytest

from scoring.ml.tables.catalogue import HISTORY, PROTECTED, TABLES, column
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.tables.schema import Kind

EVERY_COLUMN = [(table.name, column) for table in TABLES.values() for column in table.columns]


def test_there_are_seven_tables_of_which_six_are_history():
    assert len(TABLES) == 7
    assert set(HISTORY) == set(TABLES) - {"application"}


def test_every_column_has_a_name_of_its_own_in_its_table():
    names = [(table, declared.name) for table, declared in EVERY_COLUMN]
    assert len(set(names)) == len(names)


def test_every_column_and_category_has_a_french_and_an_english_label():
    texts = [(declared.name, declared.label) for _, declared in EVERY_COLUMN]
    texts += [item for _, declared in EVERY_COLUMN for item in declared.categories.items()]
    assert [name for name, text in texts if not (text.en.strip() and text.fr.strip())] == []
    # No raw column name is shown on a page.
    assert [name for name, text in texts if "_" in text.en or "_" in text.fr] == []


def test_every_number_is_bounded_and_every_category_has_values():
    columns = [declared for _, declared in EVERY_COLUMN]
    numbers = [number for number in columns if number.kind is not Kind.CATEGORY]
    assert [number.name for number in numbers if number.minimum is None or number.maximum is None] == []
    categories = [category for category in columns if category.kind is Kind.CATEGORY]
    assert [category.name for category in categories if not category.categories] == []
    overlaps = (set(category.unknown) & set(category.categories) for category in categories)
    assert not any(overlaps)


def test_sex_and_family_status_are_the_protected_columns():
    assert set(PROTECTED) == {"CODE_GENDER", "NAME_FAMILY_STATUS"}


def test_an_application_needs_a_reference_a_contract_type_and_an_amount():
    filled = {declared.name for declared in TABLES["application"].columns if declared.filled}
    assert filled == {"SK_ID_CURR", "NAME_CONTRACT_TYPE", "AMT_CREDIT"}


def test_the_rarest_categories_of_the_competition_are_declared():
    assert "Maternity leave" in column("application", "NAME_INCOME_TYPE").categories
    assert "XNA" in column("application", "ORGANIZATION_TYPE").unknown
    assert len(column("application", "ORGANIZATION_TYPE").categories) == 57
    assert "Mobile operator loan" in column("bureau", "CREDIT_TYPE").categories


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["seven_tables", "kaggle_test"])
def test_every_real_row_is_accepted(home_credit, name):
    checked = check(open_folder(home_credit / name))
    assert list(checked.rejects) == []
    assert checked.folder.clients() == sum(
        duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall()[0][0]
        for path in (home_credit / name).glob("application_*.parquet")
    )


@pytest.mark.real_data
def test_every_real_column_is_in_the_catalogue(home_credit):
    for table in TABLES.values():
        stem = "application_test" if table.name == "application" else table.stem
        described = duckdb.sql(f"DESCRIBE SELECT * FROM '{home_credit}/seven_tables/{stem}.parquet'")
        assert {row[0] for row in described.fetchall()} == {declared.name for declared in table.columns}
