"""Queries of every request, their SQL written once.

Django needs about a millisecond to write the SQL of a query, and SQLite a tenth of it to answer.
"""

from collections.abc import Callable
from threading import local
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import IntegerField, Model, QuerySet, Subquery
from django.db.models.query import ModelIterable
from django.db.models.sql import Query

M = TypeVar("M", bound=Model)

# Markers of parameters: the key of no row.
ANYBODY: Final = -7_000_000_001
ANYTHING: Final = -7_000_000_002


class RowCount(Subquery):
    """The number of rows of a query, as a column of another one."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    # A query that is empty for certain does not run.
    empty_result_set_value = 0

    def get_db_converters(self, _connection: Any) -> list[Any]:
        """None: every database counts in integers, and a converter would keep the whole query."""
        return []


class _Written:
    """A query whose SQL each thread writes once, for the connection that it has.

    `rows` makes the query from one marker per parameter: values that occur nowhere else in it.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], *markers: object) -> None:
        self._rows = rows
        self._markers = markers
        self._of_thread = local()

    def _written(self) -> Any:
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self._of_thread, "connection", None) is not connection:
            self._write(self._rows(*self._markers), connection)
        return self._of_thread

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> Any:
        """Keep the SQL; return what wrote it, which holds the whole tree of the query."""
        compiler = rows.query.get_compiler(connection=connection)
        try:
            self._of_thread.sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            self._of_thread.sql, parameters = "", ()
        self._of_thread.parameters = [
            (self._markers.index(value) if value in self._markers else None, value) for value in parameters
        ]
        self._of_thread.connection = connection
        return compiler

    def _values(self, given: tuple[object, ...]) -> list[object]:
        return [given[at] if at is not None else fixed for at, fixed in self._of_thread.parameters]


class PreparedRows(_Written):
    """The rows of a query of values_list."""

    def all(self, *given: object) -> list[tuple[Any, ...]]:
        written = self._written()
        if not written.sql:
            return []
        with written.connection.cursor() as cursor:
            cursor.execute(written.sql, self._values(given))
            rows = cursor.fetchall()
        return [tuple(row) for row in written.reader.apply_converters(rows, written.converters)]

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> Any:
        compiler = super()._write(rows, connection)
        self._of_thread.converters = compiler.get_converters([column for column, *_ in compiler.select or ()])
        # Of an empty query: the tree of the queues has thousands of objects, in each thread and minute anew.
        self._of_thread.reader = Query(rows.model).get_compiler(connection=connection)
        return compiler


class Prepared(PreparedRows):
    """The first row of a query of values_list, None when there is none."""

    def first(self, *given: object) -> tuple[Any, ...] | None:
        return next(iter(self.all(*given)), None)

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> Any:
        return super()._write(rows[:1], connection)


class PreparedObjects(_Written, Generic[M]):
    """The objects of a query, with those that its `select_related` names."""

    def all(self, *given: object) -> list[M]:
        written = self._written()
        values = self._values(given)
        # Django's own code reads the rows; what it would write anew is there already.
        written.compiler.as_sql = lambda *_args, **_kwargs: (written.sql, values)
        return list(ModelIterable(written.rows))

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> Any:
        compiler = super()._write(rows, connection)
        rows.query.get_compiler = lambda *_args, **_kwargs: compiler  # type: ignore[method-assign]
        # For a hundred columns those of the database and of each field: the same at every read.
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _columns: converters
        self._of_thread.rows, self._of_thread.compiler = rows, compiler
        return compiler
