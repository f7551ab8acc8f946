import gzip
import shutil
from pathlib import Path

import duckdb
import pytest

from scoring.ml.tables.folder import Folder, FolderError, open_folder
from tests.folders import application, bureau, text_of, write_tables


def rows(folder: Folder, columns: str) -> list[tuple[object, ...]]:
    cursor = folder.connection.raw_sql(f"SELECT {columns} FROM application ORDER BY line")
    return list(cursor.fetchall())


def as_parquet(path: Path, target: Path) -> None:
    duckdb.sql(f"COPY (FROM '{path}') TO '{target}' (FORMAT parquet)")


@pytest.fixture
def tables(tmp_path) -> Path:
    return write_tables(
        tmp_path / "tables", application_train=[application(n, TARGET=n % 2) for n in (1, 2, 3)]
    )


def test_csv_gzip_and_parquet_are_read_alike(tables, tmp_path):
    text = (tables / "application_train.csv").read_text()
    zipped, columnar = tmp_path / "zipped", tmp_path / "columnar"
    zipped.mkdir(), columnar.mkdir()
    (zipped / "application_train.CSV.gz").write_bytes(gzip.compress(text.encode()))
    as_parquet(tables / "application_train.csv", columnar / "APPLICATION_TRAIN.Parquet")

    columns = "SK_ID_CURR, AMT_CREDIT, DAYS_BIRTH, NAME_TYPE_SUITE, OCCUPATION_TYPE, TARGET, side"
    plain = rows(open_folder(tables), columns)

    assert plain == rows(open_folder(zipped), columns) == rows(open_folder(columnar), columns)
    assert plain[0] == (1, 406597.5, -12000.0, "Spouse, partner", None, 1.0, "train")


def test_train_and_test_side_are_read_together(tables):
    write_tables(tables, application_test=[application(9)])
    folder = open_folder(tables)
    assert folder.clients() == 4
    assert {(row[0], row[1]) for row in rows(folder, "SK_ID_CURR, side")} >= {(1, "train"), (9, "test")}


def test_history_tables_that_are_not_there_are_named(tables):
    write_tables(tables, bureau=[bureau(1, 50)])
    folder = open_folder(tables)
    assert set(folder.history) == {"bureau"}
    assert "installments_payments" in folder.absent
    assert "bureau" not in folder.absent


def test_blanks_and_nan_are_missing(tmp_path):
    given = [
        application(1, AMT_ANNUITY="", EXT_SOURCE_2=" "),
        application(2, AMT_ANNUITY="NaN", NAME_TYPE_SUITE="  "),
    ]
    folder = open_folder(write_tables(tmp_path, application_train=given))
    assert rows(folder, "AMT_ANNUITY, EXT_SOURCE_2, NAME_TYPE_SUITE") == [
        (None, None, "Spouse, partner"),
        (None, 0.26, None),
    ]


def test_windows_line_ends_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path):
    text = "\ufeff" + text_of([application(1), application(2)]).replace("\n", "\r\n\r\n")
    (tmp_path / "application_test.csv").write_text(text, encoding="utf-8", newline="")
    assert rows(open_folder(tmp_path), "SK_ID_CURR, line") == [(1, 3), (2, 5)]


def test_the_fingerprint_depends_on_the_contents_not_the_place(tables, tmp_path):
    copy = shutil.copytree(tables, tmp_path / "elsewhere")
    assert open_folder(tables).fingerprint() == open_folder(copy).fingerprint()
    with (copy / "application_train.csv").open("a") as more:
        more.write(text_of([application(4, TARGET=0)]).splitlines()[1] + "\n")
    assert open_folder(tables).fingerprint() != open_folder(copy).fingerprint()


def test_the_workspace_goes_away_with_the_folder(tables):
    folder = open_folder(tables)
    workspace = Path(folder.workspace.name)
    assert workspace.is_dir()
    folder.connection.disconnect()
    del folder
    assert not workspace.exists()


def refused(path: Path, **options: str) -> str:
    with pytest.raises(FolderError) as error:
        open_folder(path, **options)
    return str(error.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert "is not a folder" in refused(tmp_path / "nowhere")


def test_an_empty_folder_is_refused(tmp_path):
    assert "holds no application file" in refused(tmp_path)


def test_history_without_an_application_is_refused(tmp_path):
    assert "application_train or application_test" in refused(write_tables(tmp_path, bureau=[bureau(1, 50)]))


def test_two_formats_of_one_table_are_refused_with_both_names(tables):
    as_parquet(tables / "application_train.csv", tables / "application_train.parquet")
    message = refused(tables)
    assert "application_train.csv" in message
    assert "application_train.parquet" in message


def test_a_missing_required_column_is_named_with_its_file(tmp_path):
    row = application(1)
    del row["AMT_CREDIT"]
    assert refused(write_tables(tmp_path, application_train=[row])) == (
        "application_train.csv lacks the required column AMT_CREDIT."
    )


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "application_train.parquet").write_text("SK_ID_CURR,AMT_CREDIT\n1,5\n")
    assert refused(tmp_path).startswith("application_train.parquet could not be read as parquet")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_csv_cut_in_the_middle_is_refused_with_the_line(tmp_path, share):
    text = text_of([application(n) for n in range(1, 200)])
    cut = text[: int(len(text) * share)].rsplit(",", 3)[0]
    (tmp_path / "application_train.csv").write_text(cut)
    assert f"application_train.csv is cut in the middle: line {cut.count(chr(10)) + 1}" in refused(tmp_path)


def test_a_csv_cut_inside_quotation_marks_is_refused_with_the_line(tmp_path):
    text = text_of([application(1), application(2)])
    (tmp_path / "application_train.csv").write_text(text[: text.rindex("partner")])
    assert "a quotation mark opened on line 3 is never closed" in refused(tmp_path)


def test_a_gzip_cut_in_the_middle_is_refused(tmp_path):
    whole = gzip.compress(text_of([application(n) for n in range(1, 2000)]).encode())
    (tmp_path / "application_train.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "application_train.csv.gz is cut in the middle: it breaks off after line" in refused(tmp_path)


def test_a_file_that_is_no_gzip_is_refused(tmp_path):
    (tmp_path / "application_train.csv.gz").write_text(text_of([application(1)]))
    assert "not a gzip file" in refused(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "application_train.csv").write_text("")
    assert refused(tmp_path) == "application_train.csv is empty."


def test_text_in_another_encoding_is_refused_with_the_line(tmp_path):
    text = text_of([application(1), application(2, NAME_TYPE_SUITE="époux")])
    (tmp_path / "application_train.csv").write_text(text, encoding="latin-1")
    assert refused(tmp_path) == "application_train.csv is not UTF-8 text (line 3)."


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    (tmp_path / "application_train.csv").write_text("SK_ID_CURR,AMT_CREDIT,AMT_CREDIT\n1,2,3\n")
    assert "has the column AMT_CREDIT twice" in refused(tmp_path)
