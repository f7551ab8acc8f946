import duckdb
import pytest

from scoring.ml.tables.catalogue import HISTORY, PROTECTED, TABLES, column
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.tables.schema import Kind

EVERY_COLUMN = [(table.name, one) for table in TABLES.values() for one in table.columns]


def test_there_are_seven_tables_of_which_six_are_history():
    assert len(TABLES) == 7
    assert set(HISTORY) == set(TABLES) - {"application"}


def test_every_column_has_a_name_of_its_own_in_its_table():
    names = [(table, one.name) for table, one in EVERY_COLUMN]
    assert len(set(names)) == len(names)


def test_every_column_and_category_speaks_french_and_english():
    texts = [(one.name, one.label) for _, one in EVERY_COLUMN]
    texts += [(value, text) for _, one in EVERY_COLUMN for value, text in one.categories.items()]
    assert [name for name, text in texts if not (text.en.strip() and text.fr.strip())] == []
    # Nobody reads raw column names on a page.
    assert [name for name, text in texts if "_" in text.en or "_" in text.fr] == []


def test_every_number_is_bounded_and_every_category_has_values():
    numbers = [one for _, one in EVERY_COLUMN if one.kind is not Kind.CATEGORY]
    assert [one.name for one in numbers if one.minimum is None or one.maximum is None] == []
    categories = [one for _, one in EVERY_COLUMN if one.kind is Kind.CATEGORY]
    assert [one.name for one in categories if not one.categories] == []
    assert [one.name for one in categories if set(one.unknown) & set(one.categories)] == []


def test_sex_and_family_status_are_the_protected_columns():
    assert set(PROTECTED) == {"CODE_GENDER", "NAME_FAMILY_STATUS"}


def test_a_row_cannot_do_without_what_a_case_is_made_of():
    needed = {one.name for one in TABLES["application"].columns if one.filled}
    assert needed == {"SK_ID_CURR", "NAME_CONTRACT_TYPE", "AMT_CREDIT"}


def test_the_competitions_rarest_categories_are_known():
    assert "Maternity leave" in column("application", "NAME_INCOME_TYPE").categories
    assert "XNA" in column("application", "ORGANIZATION_TYPE").unknown
    assert len(column("application", "ORGANIZATION_TYPE").categories) == 57
    assert "Mobile operator loan" in column("bureau", "CREDIT_TYPE").categories


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["seven_tables", "kaggle_test"])
def test_every_real_row_is_taken(home_credit, name):
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
        assert {row[0] for row in described.fetchall()} == {one.name for one in table.columns}
