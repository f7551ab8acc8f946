from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.ml.tables.checks import CheckedFolder, Reject, check
from scoring.ml.tables.csv_rows import scan_layout
from scoring.ml.tables.folder import open_folder
from tests.folders import application, bureau, month, text_of, write_tables


def check_tables(path: Path, **tables: Any) -> CheckedFolder:
    return check(open_folder(write_tables(path, **tables)))


def accepted(checked: CheckedFolder, table: str = "application", column: str = "SK_ID_CURR") -> list[int]:
    query = f"SELECT {column} FROM {table} ORDER BY {column}"
    return [value for (value,) in checked.folder.connection.raw_sql(query).fetchall()]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("AMT_CREDIT", "-5", '"-5" is not between 0.01 and 10,000,000,000'),
        ("AMT_CREDIT", "0", '"0" is not between 0.01 and 10,000,000,000'),
        ("AMT_CREDIT", "", "is empty"),
        ("AMT_CREDIT", "much", '"much" is not a number'),
        ("AMT_CREDIT", "inf", '"inf" is not between 0.01 and 10,000,000,000'),
        ("AMT_CREDIT", "nan", '"nan" is empty'),
        ("AMT_INCOME_TOTAL", "0", '"0" is not between 0.01 and 10,000,000,000'),
        (
            "DAYS_BIRTH",
            -5 * 365,
            '"-1825" is not between -43,830 and -6,574.5 days: an age of 18 to 120 years',
        ),
        (
            "DAYS_BIRTH",
            -130 * 365,
            '"-47450" is not between -43,830 and -6,574.5 days: an age of 18 to 120 years',
        ),
        ("EXT_SOURCE_2", "1.5", '"1.5" is not between 0 and 1'),
        ("NAME_CONTRACT_TYPE", "Gift", '"Gift" is not one of: Cash loans; Revolving loans'),
        ("CODE_GENDER", "X", '"X" is not one of: F; M; XNA'),
        ("SK_ID_CURR", "2.5", '"2.5" is not a whole number'),
        ("SK_ID_CURR", "", "is empty"),
        ("DAYS_EMPLOYED", "365242", '"365242" is not between -36,525 and 0'),
    ],
)
def test_an_impossible_cell_is_rejected_with_line_and_reason(tmp_path, column, value, reason):
    rows = [application(1), {**application(2), column: value}, application(3)]
    checked = check_tables(tmp_path, application_train=rows)
    reference = str(rows[1]["SK_ID_CURR"])
    assert list(checked.rejects) == [Reject("application_train.csv", 3, reference, column, reason)]
    assert accepted(checked) == [1, 3]


def test_every_fault_of_a_row_is_reported(tmp_path):
    checked = check_tables(
        tmp_path, application_train=[application(1, AMT_CREDIT="x", DAYS_BIRTH=0), application(2)]
    )
    assert [reject.column for reject in checked.rejects] == ["AMT_CREDIT", "DAYS_BIRTH"]
    assert checked.rejects.rows() == {"application_train.csv": 1}


@pytest.mark.parametrize(
    "cells",
    [
        {"DAYS_EMPLOYED": 365243},
        {"CODE_GENDER": "XNA"},
        {"AMT_ANNUITY": "", "AMT_INCOME_TOTAL": "", "DAYS_BIRTH": ""},
        {"EXT_SOURCE_2": "NaN"},
        {"AMT_CREDIT": "4.065975e5"},
        {"SK_ID_CURR": "1.0"},
    ],
)
def test_the_unknown_values_of_the_real_tables_are_accepted(tmp_path, cells):
    checked = check_tables(tmp_path, application_train=[application(1, **cells)])
    assert list(checked.rejects) == []
    assert accepted(checked) == [1]


def test_of_rows_with_the_same_id_the_first_is_accepted(tmp_path):
    rows = [application(1, AMT_CREDIT=100), application(2), application(1, AMT_CREDIT=300)]
    checked = check_tables(tmp_path, application_train=rows, application_test=[application(2)])
    assert accepted(checked) == [1, 2]
    assert [(reject.file, reject.line, reject.reference, reject.reason) for reject in checked.rejects] == [
        ("application_test.csv", 2, "2", "repeats the SK_ID_CURR of application_train.csv line 3"),
        ("application_train.csv", 4, "1", "repeats the SK_ID_CURR of application_train.csv line 2"),
    ]
    assert accepted(checked, column="AMT_CREDIT") == [100, 406597.5]


def test_a_rejected_row_does_not_make_the_next_one_a_duplicate(tmp_path):
    checked = check_tables(tmp_path, application_train=[application(1, AMT_CREDIT=-1), application(1)])
    assert [reject.line for reject in checked.rejects] == [2]
    assert accepted(checked) == [1]


def test_a_history_row_without_its_client_is_rejected(tmp_path):
    checked = check_tables(
        tmp_path,
        application_train=[application(1), application(2, AMT_CREDIT=-1)],
        bureau=[bureau(1, 50), bureau(2, 51), bureau(7, 52)],
        bureau_balance=[month(50, -1), month(52, -1)],
    )
    history = [
        (reject.file, reject.line, reject.reference, reject.reason)
        for reject in checked.rejects
        if "bureau" in reject.file
    ]
    assert history == [
        ("bureau.csv", 3, "2", "no accepted row of application has this SK_ID_CURR"),
        ("bureau.csv", 4, "7", "no accepted row of application has this SK_ID_CURR"),
        ("bureau_balance.csv", 3, "52", "no accepted row of bureau has this SK_ID_BUREAU"),
    ]
    assert accepted(checked, "bureau", "SK_ID_BUREAU") == [50]
    assert accepted(checked, "bureau_balance", "SK_ID_BUREAU") == [50]


def test_statuses_without_the_bureau_table_count_as_not_provided(tmp_path):
    checked = check_tables(tmp_path, application_train=[application(1)], bureau_balance=[month(50, -1)])
    assert checked.folder.history == {}
    assert "bureau_balance" in checked.folder.absent
    assert [(reject.file, reject.line) for reject in checked.rejects] == [("bureau_balance.csv", 0)]


def test_a_row_with_too_few_or_too_many_fields_is_rejected_and_the_lines_after_it_keep_their_number(tmp_path):
    lines = text_of([application(n) for n in (1, 2, 3, 4)] + [application(5, AMT_CREDIT=-1)]).splitlines()
    lines[2] = lines[2].rsplit(",", 3)[0]
    lines[3] += ",more"
    lines.insert(2, "")
    (tmp_path / "application_train.csv").write_text("\n".join(lines) + "\n")
    checked = check(open_folder(tmp_path))
    width = lines[0].count(",") + 1
    assert [(reject.line, reject.reason.split(" is ")[0]) for reject in checked.rejects] == [
        (4, f"has {width - 2} fields, the header {width}"),
        (5, f"has {width + 1} fields, the header {width}"),
        (7, '"-1"'),
    ]
    assert accepted(checked) == [1, 4]


def test_a_quoted_line_break_does_not_shift_the_lines_that_follow(tmp_path):
    rows = [application(1), application(2, NAME_TYPE_SUITE="Spouse,\npartner"), application(3, AMT_CREDIT=-1)]
    checked = check_tables(tmp_path, application_train=rows)
    assert [(reject.line, reject.column) for reject in checked.rejects] == [
        (3, "NAME_TYPE_SUITE"),
        (5, "AMT_CREDIT"),
    ]


def test_checking_twice_gives_the_same_rejects(tmp_path):
    checked = check_tables(
        tmp_path, application_train=[application(1), application(1), application(2, AMT_CREDIT=0)]
    )
    first = list(checked.rejects)
    again = check(checked.folder)
    assert list(again.rejects) == first
    assert accepted(again) == [1]


CELLS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=6),
    min_size=2,
    max_size=2,
)


@given(st.lists(CELLS, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_of_a_well_formed_csv_is_malformed(tmp_path, rows):
    """Whatever is in the cells: commas, quotation marks, line breaks."""
    text = text_of([{"a": "x", "b": "y"}, *({"a": a, "b": b} for a, b in rows)])
    path = tmp_path / "any.csv"
    path.write_text(text, encoding="utf-8", newline="")
    layout = scan_layout(path)
    assert layout.header == ("a", "b")
    assert layout.malformed == ()


BAD = {"AMT_CREDIT": -1, "NAME_CONTRACT_TYPE": "Gift"}
ROWS = [application(n, **({} if n % 4 else dict([list(BAD.items())[n % 8 // 4]]))) for n in range(1, 17)]


@given(st.permutations(ROWS))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_the_rows_does_not_change_which_are_accepted(tmp_path, rows):
    checked = check_tables(tmp_path, application_train=rows)
    assert accepted(checked) == [n for n in range(1, 17) if n % 4]
    rejected = {reject.reference: reject.line for reject in checked.rejects}
    assert rejected == {
        str(row["SK_ID_CURR"]): line for line, row in enumerate(rows, start=2) if row["SK_ID_CURR"] % 4 == 0
    }
