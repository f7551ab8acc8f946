"""Rows about cases as subqueries: by the few rows of a table, where a join would look at every case."""

from typing import Any

from django.apps import apps
from django.db.models import Value


def rows_of(model: str) -> Any:
    """The rows of a model that itself refers to cases, and so cannot be imported beside them."""
    return apps.get_model("creditdesk", model).objects


def case_keys(rows: Any) -> Any:
    """The keys of the cases of these rows."""
    return rows.order_by().values("case")


class Literal(Value):
    """A constant of ours that stands in the SQL itself instead of being sent beside it."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return connection.schema_editor().quote_value(self.value), []
