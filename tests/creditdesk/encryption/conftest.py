"""Stored values, read past the models."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection


def read_stored(table: str, column: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY 1")
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def stored(db) -> Callable[[str, str], list[Any]]:
    return read_stored
