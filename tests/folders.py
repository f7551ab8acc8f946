"""Folders of Home Credit tables: small made-up ones, and the real rows beside the project."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

Row = Mapping[str, object]

HOME_CREDIT: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "home_credit"


def application(reference: object, **cells: object) -> dict[str, object]:
    return {
        "SK_ID_CURR": reference,
        "NAME_CONTRACT_TYPE": "Cash loans",
        "CODE_GENDER": "F",
        "NAME_FAMILY_STATUS": "Married",
        "AMT_INCOME_TOTAL": 202500.0,
        "AMT_CREDIT": 406597.5,
        "AMT_ANNUITY": 24700.5,
        "DAYS_BIRTH": -12_000,
        "DAYS_EMPLOYED": -637,
        "EXT_SOURCE_2": 0.26,
        "NAME_TYPE_SUITE": "Spouse, partner",
        **cells,
    }


def bureau(reference: int, credit: int, **cells: object) -> dict[str, object]:
    return {
        "SK_ID_CURR": reference,
        "SK_ID_BUREAU": credit,
        "CREDIT_ACTIVE": "Active",
        "DAYS_CREDIT": -100,
        "AMT_CREDIT_SUM": 5000.0,
        "AMT_CREDIT_SUM_DEBT": 100.0,
        **cells,
    }


def month(credit: int, months: int, status: str = "0") -> dict[str, object]:
    return {"SK_ID_BUREAU": credit, "MONTHS_BALANCE": months, "STATUS": status}


def text_of(rows: Iterable[Row]) -> str:
    written = list(rows)
    lines = io.StringIO()
    writer = csv.DictWriter(lines, written[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(written)
    return lines.getvalue()


def write_tables(folder: Path, **tables: Iterable[Row]) -> Path:
    """Write a CSV for each table, by its stem: application_train=[...], bureau=[...]."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, rows in tables.items():
        (folder / f"{stem}.csv").write_text(text_of(rows), encoding="utf-8")
    return folder
