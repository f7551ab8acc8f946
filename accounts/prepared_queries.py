"""Queries that are asked on every request of the API, their SQL written once.

Django needs about a millisecond to write the SQL of a query, and SQLite a tenth of it to answer.
"""

from collections.abc import Callable
from threading import local
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet


class Prepared:
    """The first row of a query, None when there is none.

    `rows` makes the query, of values_list, from one marker per parameter: values that occur nowhere else in
    it. Each thread has a connection, and so a query, of its own.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], *markers: object) -> None:
        self._rows = rows
        self._markers = markers
        self._of_thread = local()

    def first(self, *given: object) -> tuple[Any, ...] | None:
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self._of_thread, "connection", None) is not connection:
            self._write(connection)
        values = [given[at] if at is not None else fixed for at, fixed in self._of_thread.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._of_thread.sql, values)
            row = cursor.fetchone()
        if row is None:
            return None
        converted = self._of_thread.compiler.apply_converters([row], self._of_thread.converters)
        return tuple(next(iter(converted)))

    def _write(self, connection: Any) -> None:
        compiler = self._rows(*self._markers)[:1].query.get_compiler(connection=connection)
        self._of_thread.sql, parameters = compiler.as_sql()
        self._of_thread.converters = compiler.get_converters([column for column, *_ in compiler.select])
        self._of_thread.compiler = compiler
        self._of_thread.parameters = [
            (self._markers.index(value) if value in self._markers else None, value) for value in parameters
        ]
        self._of_thread.connection = connection
