"""Rows about cases as subqueries: by the few rows of a table, where a join would look at every case."""

from typing import Any

from django.apps import apps


def rows_of(model: str) -> Any:
    """The rows of a model that itself refers to cases, and so cannot be imported beside them."""
    return apps.get_model("creditdesk", model).objects


def case_keys(rows: Any) -> Any:
    """The keys of the cases of these rows."""
    return rows.order_by().values("case")
