"""The newest digest of every sealed row, gathered from the log and compared with the tables."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, NamedTuple

from django.db import connection

from accounts.audit.actions import Action
from accounts.audit.chain import Link, row_seal
from accounts.audit.row_digests import StoredRow, pages_of
from accounts.sealed_rows import SEALED_TABLES


class Seal(NamedTuple):
    digest: str
    key: str
    sequence: int


class BrokenRow(NamedTuple):
    """A row that is not as the last event about it sealed it."""

    table: str
    pk: int
    what: str

    def __str__(self) -> str:
        return f"row {self.pk} of {self.table}: {self.what}"


def _temporary_table() -> sqlite3.Connection:
    """A database of its own that spills to a temporary file: a verification takes constant memory."""
    ledger = sqlite3.connect("", isolation_level=None)
    ledger.execute("PRAGMA journal_mode = OFF")
    ledger.execute("BEGIN")
    ledger.execute(
        "CREATE TABLE seal (of_table TEXT, pk INTEGER, digest TEXT, key TEXT, sequence INTEGER,"
        " seen INTEGER DEFAULT 0, PRIMARY KEY (of_table, pk)) WITHOUT ROWID"
    )
    return ledger


@dataclass
class RowLedger:
    """The rows of `tables`. `covered_from` is the event that began coverage in an upgraded desk, 0 in a desk
    that needed none."""

    tables: frozenset[str]
    covered_from: int = 0
    checked: int = 0
    _seals_a_row: bool = False
    _ledger: sqlite3.Connection = field(default_factory=_temporary_table)

    def note(self, link: Link, key: str) -> str:
        """Take over the digests of an event; what is wrong with them, if anything."""
        rows = link.details.get("rows") if isinstance(link.details, Mapping) else None
        if not isinstance(rows, Mapping):
            return ""
        if link.action == Action.ROWS_COVERED:
            if self._seals_a_row:
                return "it covers rows a second time, as if they were of an earlier release"
            self.covered_from = self.covered_from or link.sequence
        else:
            self._seals_a_row = True
        self._keep(rows, link.sequence, key)
        return ""

    def _keep(self, rows: Mapping[str, Mapping[str, Any]], sequence: int, key: str) -> None:
        self._ledger.executemany(
            "INSERT OR REPLACE INTO seal (of_table, pk, digest, key, sequence) VALUES (?, ?, ?, ?, ?)",
            [
                (table, int(pk), digest, key, sequence)
                for table, digests in rows.items()
                for pk, digest in digests.items()
            ],
        )

    def suspect(self, table: str, row: StoredRow) -> str:
        """What is wrong with a stored row, if anything; a row that was looked at counts as present."""
        pk, canonical = row
        seal = self._seal(table, pk)
        if seal is None:
            return "it was inserted without an event"
        self._ledger.execute("UPDATE seal SET seen = 1 WHERE of_table = ? AND pk = ?", [table, pk])
        if not compare_digest(seal.digest, row_seal(table, canonical, seal.key)):
            return f"it was changed since event {seal.sequence}"
        return ""

    def unseen(self) -> list[BrokenRow]:
        """Sealed rows that no look at the tables has met, oldest event first."""
        marks = ", ".join("?" * len(self.tables))
        rows = self._ledger.execute(
            f"SELECT of_table, pk, sequence FROM seal WHERE seen = 0 AND of_table IN ({marks})"  # noqa: S608
            " ORDER BY sequence LIMIT 100",
            list(self.tables),
        )
        return [
            BrokenRow(table, pk, f"it was removed since event {sequence}") for table, pk, sequence in rows
        ]

    def suspects(self) -> "list[BrokenRow]":
        """Every row of the sealed tables that does not fit, a few of each table at most."""
        suspects = []
        # A migration may verify before a later one makes a table; one that was dropped leaves unseen seals.
        present = set(connection.introspection.table_names())
        for table in filter(self.tables.__contains__, filter(present.__contains__, SEALED_TABLES)):
            for page in pages_of(table):
                self.checked += len(page)
                suspects += [
                    BrokenRow(table, row[0], what) for row in page if (what := self.suspect(table, row))
                ]
                if len(suspects) > 100:
                    return suspects
        return suspects

    def _seal(self, table: str, pk: int) -> Seal | None:
        row = self._ledger.execute(
            "SELECT digest, key, sequence FROM seal WHERE of_table = ? AND pk = ?", [table, pk]
        ).fetchone()
        return Seal(*row) if row else None
