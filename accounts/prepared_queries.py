"""Queries of every request, their SQL written once.

Django needs about a millisecond to write the SQL of a query, and SQLite a tenth of it to answer.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from threading import local
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import IntegerField, Model, QuerySet, Subquery
from django.db.models.query import ModelIterable

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


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL in the dialect of a database; of each parameter the place of its marker, or its value.

    Django reads objects with `reader`; `converters` stand by the place of their column.
    """

    dialect: str
    sql: str
    parameters: Sequence[tuple[int | None, object]]
    reader: Any
    converters: Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]

    def values(self, given: tuple[object, ...]) -> list[Any]:
        return [given[at] if at is not None else fixed for at, fixed in self.parameters]


class _Written:
    """A query whose SQL is written once, for all threads, each of which has a connection of its own.

    `rows` makes the query from one marker per parameter: values that occur nowhere else in it.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], *markers: object) -> None:
        self._rows = rows
        self._markers = markers
        self._statement: _Statement | None = None

    def _on(self, connection: Any) -> _Statement:
        """The statement for a connection: two threads that need it first may both write it, the same."""
        statement = self._statement
        if statement is None or statement.dialect != connection.vendor:
            statement = self._statement = self._write(self._rows(*self._markers), connection)
        return statement

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> _Statement:
        compiler = rows.query.get_compiler(connection=connection)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            sql, parameters = "", ()
        places = [
            (self._markers.index(value) if value in self._markers else None, value) for value in parameters
        ]
        # For a hundred columns those of the database and of each field: the same at every read.
        columns = [column for column, *_ in (compiler.select or ())[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        return _Statement(connection.vendor, sql, places, self._reader(compiler), converters)

    def _reader(self, _compiler: Any) -> Any:
        """None: the tree of the queues has thousands of objects, in each minute anew."""
        return None


class PreparedRows(_Written):
    """The rows of a query of values_list."""

    def all(self, *given: object) -> list[tuple[Any, ...]]:
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._on(connection)
        if not statement.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.values(given))
            rows = cursor.fetchall()
        if not statement.converters:
            return [tuple(row) for row in rows]
        return [_converted(row, statement.converters, connection) for row in rows]


class Prepared(PreparedRows):
    """The first row of a query of values_list, None when there is none."""

    def first(self, *given: object) -> tuple[Any, ...] | None:
        return next(iter(self.all(*given)), None)

    def _write(self, rows: QuerySet[Any, Any], connection: Any) -> _Statement:
        return super()._write(rows[:1], connection)


class PreparedObjects(_Written, Generic[M]):
    """The objects of a query, with those that its `select_related` names."""

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], *markers: object) -> None:
        super().__init__(rows, *markers)
        self._of_thread = local()

    def all(self, *given: object) -> list[M]:
        connection = connections[DEFAULT_DB_ALIAS]
        statement, mine = self._on(connection), self._of_thread
        if getattr(mine, "connection", None) is not connection or mine.statement is not statement:
            mine.connection, mine.statement = connection, statement
            mine.rows, mine.compiler = _rows_on(connection, statement)
        values = statement.values(given)
        # Django's own code reads the rows; what it would write anew is there already.
        mine.compiler.as_sql = lambda *_args, **_kwargs: (statement.sql, values)
        return list(ModelIterable(mine.rows))

    def _reader(self, compiler: Any) -> Any:
        return compiler


def _rows_on(connection: Any, statement: _Statement) -> tuple[QuerySet[Any, Any], Any]:
    """The query of a statement on the connection of this thread, and its compiler."""
    compiler, query = copy(statement.reader), copy(statement.reader.query)
    compiler.connection = connection
    compiler.get_converters = lambda _columns: statement.converters
    query.get_compiler = lambda *_args, **_kwargs: compiler
    return QuerySet(query.model, query), compiler


def _converted(row: Sequence[Any], converters: Mapping[int, Any], connection: Any) -> tuple[Any, ...]:
    values = list(row)
    for place, (of_column, expression) in converters.items():
        for convert in of_column:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)
